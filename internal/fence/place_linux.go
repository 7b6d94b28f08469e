package fence

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// placeOf says where a file is on its disk: its inode, and when that was made,
// where the file system keeps it. Copies have others; a file that is renamed,
// written to or given to another user keeps them.
func placeOf(path string) (string, error) {
	var s unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_INO|unix.STATX_BTIME, &s); err != nil {
		return "", err
	}
	if s.Mask&unix.STATX_BTIME == 0 {
		return fmt.Sprint(s.Ino), nil
	}
	return fmt.Sprint(s.Ino, ".", s.Btime.Sec, ".", s.Btime.Nsec), nil
}
