package subscriber

import "time"

// Audience are some active readers of a newsletter. Zero fields do not narrow.
type Audience struct {
	Newsletter int64     `json:"newsletter"`
	Rhythm     string    `json:"rhythm,omitempty"`
	Interests  []string  `json:"interests,omitempty"`
	Languages  []string  `json:"languages,omitempty"`
	Since      time.Time `json:"since,omitzero"`
	Until      time.Time `json:"until,omitzero"`
	Engaged    int       `json:"engaged,omitempty"`
}

// Member is a reader as somebody who writes to them needs to know.
type Member struct {
	ID                       int64
	Interest, Language, Zone string
}

// Recipient is a reader with the address, right before a letter is handed over.
type Recipient struct {
	ID                      int64
	Address, Name, Language string
	Active                  bool
	Soft                    int
}

// Links are those of one letter to one reader. They do not end.
type Links struct {
	Unsubscribe string
	OneClick    string
	Preferences string
}
