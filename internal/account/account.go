package account

import (
	"slices"

	"dateline/internal/fault"
)

// Role is what a person may do; each includes the ones before it.
type Role int

// The roles, least first.
const (
	Anonymous Role = iota
	Contributor
	Author
	Editor
	Administrator
	Owner
)

var roleNames = [...]string{"anonymous", "contributor", "author", "editor", "administrator", "owner"}

// String returns the role's name in English, for logs and the audit log.
func (r Role) String() string {
	if r < 0 || int(r) >= len(roleNames) {
		return "unknown"
	}
	return roleNames[r]
}

// RoleNamed returns the role of a name; ok is false for anything but a role that
// a person can have.
func RoleNamed(name string) (role Role, ok bool) {
	i := slices.Index(roleNames[:], name)
	return Role(i), i > int(Anonymous)
}

// Roles are the roles that a person can have, least first.
func Roles() []Role { return []Role{Contributor, Author, Editor, Administrator, Owner} }

// Actor is who asks for a change. Name is stored with what they did.
type Actor struct {
	ID   int64
	Name string
	Role Role
}

// System acts for Dateline itself: "scheduler", "import", "demo".
func System(name string) Actor { return Actor{Name: name, Role: Owner} }

// Require returns a Denied error unless the actor has at least the role. verb
// completes "You may not …".
func (a Actor) Require(role Role, verb string) error {
	if a.Role >= role {
		return nil
	}
	return fault.New(fault.Denied, "you may not %s: that needs the role %s, you are %s", verb, role, a.Role).
		WithHint("ask an administrator of this site")
}
