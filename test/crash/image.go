package crash

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"dateline/test/debian"
)

// Image is an ext4 file system in a file, mounted over a loop device.
type Image struct {
	Dir string // where it is mounted

	file, device string
	mounted      bool
}

// goingDown is EXT4_IOC_SHUTDOWN, and noLogFlush the flag that drops the
// journal instead of writing it: to the file system, the power is gone.
const (
	goingDown  = 0x8004587d
	noLogFlush = 2
)

// NewImage makes a file system of the given size and mounts it. The error is
// ErrNoImages where the machine or the user cannot.
func NewImage(megabytes int) (*Image, error) {
	if err := imagesPossible(); err != nil {
		return nil, err
	}
	sweep()
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", imagePrefix, os.Getpid()))
	if err != nil {
		return nil, err
	}
	os.Chmod(dir, 0o755) // PostgreSQL's user must reach the mount
	i := &Image{Dir: filepath.Join(dir, "mnt"), file: filepath.Join(dir, "disk")}
	if err := i.create(megabytes); err != nil {
		return nil, errors.Join(err, i.Close())
	}
	return i, nil
}

// imagePrefix begins the name of every image's folder; the number of the
// process that made it follows.
const imagePrefix = "dateline-image-"

// sweep gives back what runs left that were killed before they could: images
// whose process is gone, here and in the folders beside, of which the test
// command gives each run one.
func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(filepath.Dir(os.TempDir()), "*", imagePrefix+"*"))
	for _, dir := range dirs {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), imagePrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err != nil || syscall.Kill(pid, 0) != syscall.ESRCH {
			continue
		}
		file := filepath.Join(dir, "disk")
		left := &Image{Dir: filepath.Join(dir, "mnt"), file: file}
		syscall.Unmount(left.Dir, syscall.MNT_DETACH)
		device, _ := system("losetup", "--associated", file, "--output", "NAME", "--noheadings")
		left.device = strings.TrimSpace(device)
		left.Close() // what cannot be given back now is tried again by the next run
	}
}

// ErrNoImages says why file system images cannot be mounted here.
var ErrNoImages = errors.New("no loop-mounted file systems")

func imagesPossible() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: not root", ErrNoImages)
	}
	if _, err := os.Stat("/dev/loop-control"); err != nil {
		return fmt.Errorf("%w: the kernel has no loop devices", ErrNoImages)
	}
	for _, program := range []string{"losetup", "mkfs.ext4"} {
		if _, err := debian.Look(program); err != nil {
			return fmt.Errorf("%w: %w", ErrNoImages, err)
		}
	}
	return nil
}

func (i *Image) create(megabytes int) error {
	file, err := os.Create(i.file)
	if err != nil {
		return err
	}
	err = file.Truncate(int64(megabytes) << 20)
	file.Close()
	if err != nil {
		return err
	}
	if _, err := system("mkfs.ext4", "-q", "-F", "-m", "0", i.file); err != nil {
		return err
	}
	device, err := system("losetup", "--find", "--show", i.file)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoImages, err)
	}
	i.device = device
	if err := os.Mkdir(i.Dir, 0o755); err != nil {
		return err
	}
	return i.mount()
}

// Cut takes the power away from the file system: what was not synced is gone,
// and every later access fails.
func (i *Image) Cut() error {
	dir, err := os.Open(i.Dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	flag := uint32(noLogFlush)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, dir.Fd(), goingDown, uintptr(unsafe.Pointer(&flag))); errno != 0 {
		return fmt.Errorf("take the file system down: %w", errno)
	}
	return nil
}

// Remount brings the file system back as after a restart of the machine. No
// process may hold it open.
func (i *Image) Remount() error {
	if err := i.unmount(); err != nil {
		return err
	}
	return i.mount()
}

func (i *Image) mount() error {
	if err := syscall.Mount(i.device, i.Dir, "ext4", 0, ""); err != nil {
		return fmt.Errorf("%w: mount %s: %w", ErrNoImages, i.device, err)
	}
	i.mounted = true
	return nil
}

// unmount waits a moment for killed processes to let go of the mount.
func (i *Image) unmount() error {
	var err error
	for range 500 {
		if err = syscall.Unmount(i.Dir, 0); err != syscall.EBUSY {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("unmount %s: %w", i.Dir, err)
	}
	i.mounted = false
	return nil
}

// Close unmounts the file system and gives the device and the space back. A
// mount that is still held is detached, so that nothing is left behind.
func (i *Image) Close() error {
	var errs []error
	if i.mounted {
		if err := i.unmount(); err != nil {
			errs = append(errs, err, syscall.Unmount(i.Dir, syscall.MNT_DETACH))
		}
	}
	if i.device != "" {
		_, err := system("losetup", "--detach", i.device)
		errs = append(errs, err)
	}
	return errors.Join(append(errs, os.RemoveAll(filepath.Dir(i.file)))...)
}

// system runs one of the machine's programs and returns what it printed.
func system(name string, args ...string) (string, error) {
	path, err := debian.Look(name)
	if err != nil {
		return "", err
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return strings.TrimSpace(string(out)), nil
}
