package desk

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"dateline/test/e2e/browser"
)

// drops pastes a file of random bytes that begins as a picture does into the
// text, as a writer pastes one from a folder.
func (d *desk) drops(name string, bytes int) {
	d.n.t.Helper()
	see[bool](d, fmt.Sprintf(`(() => {
		window.bytes = new Uint8Array(%d);
		for (let i = 0; i < bytes.length; i += 65536) crypto.getRandomValues(bytes.subarray(i, Math.min(i + 65536, bytes.length)));
		const data = new DataTransfer();
		data.items.add(new File([bytes], %q, { type: 'application/zip' }));
		document.querySelector('.ed-text').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
		return true;
	})()`, bytes, name))
}

// gives chooses a file on the page of the library.
func (d *desk) gives(name string, bytes int, max string) {
	d.n.t.Helper()
	see[bool](d, fmt.Sprintf(`(() => {
		const data = new DataTransfer(), field = document.querySelector('form.media-upload input[type=file]');
		data.items.add(new File([new Uint8Array(%d)], %q));
		document.querySelector('form.media-upload').dataset.max ||= %q;
		field.files = data.files;
		field.dispatchEvent(new Event('change', { bubbles: true }));
		return true;
	})()`, bytes, name, max))
}

const wrong = `document.querySelector('.ed-upload .ed-wrong')`

// TestUploads_TooLarge: what is larger than the site takes is refused with the
// reason, in the text and in the library; the text is kept.
func TestUploads_TooLarge(t *testing.T) {
	n := openNewsroom(t, browser.Desktop, "DATELINE_MEDIA_MAX_UPLOAD_MB=1")
	d := n.owner
	at := d.begin()
	d.into("text")
	d.types("Written before.")
	d.drops("little-too-large.zip", 1<<20+100)
	d.until(wrong)
	d.until(wrong + `.textContent.includes('little-too-large.zip') && ` + wrong + `.textContent.includes('The file is larger than 1 MB.')`)
	d.types(" And after.")
	d.saved()
	same(t, "the text beside a refused file", d.stored(at).words(), "Written before. And after.")
	see[bool](d, `([...document.querySelectorAll('.ed-upload button')].at(-1).click(), true)`)
	d.until(`!document.querySelector('.ed-upload')`)
	d.drops("far-too-large.zip", 12<<20) // the server reads no such request to its end
	d.until(wrong + ` && /too large|larger than/.test(` + wrong + `.textContent)`)
	d.saved()
	same(t, "the text beside a file that was not read", d.stored(at).words(), "Written before. And after.")

	n.kill()
	d.drops("on-its-way.zip", 1000)
	d.until(`[...document.querySelectorAll('.ed-upload .ed-wrong')].some((e) => e.textContent.includes('on-its-way.zip') && e.textContent.includes('The upload broke off.'))`)
	n.again()
	for range 2 {
		see[bool](d, `([...document.querySelectorAll('.ed-upload button')].at(-1).click(), true)`)
	}
	d.until(`!document.querySelector('.ed-upload')`) // else leaving the page would ask

	d.open("/desk/media")
	d.gives("little-too-large.zip", 1<<20+100, "1")
	d.until(`document.querySelector('.media-progress li.bad')?.textContent.includes('1 MB')`)
}

// TestUploads_DiskFull: a file that finds no room on the server is refused with
// the reason, nothing typed is lost, and it arrives once there is room.
func TestUploads_DiskFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounts a small disk, which needs root")
	}
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("mounts a small disk: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })
	n := openNewsroom(t, browser.Desktop, "TMPDIR="+disk)
	d := n.owner
	at := d.begin()
	d.into("text")
	d.types("Written before.")
	d.drops("report.zip", 800<<10)
	d.until(wrong)
	d.until(wrong + `.textContent.includes('report.zip') && ` + wrong + `.textContent.includes('The server has no storage space left')`)
	d.types(" And after.")
	d.saved()
	same(t, "the text beside the refused file", d.stored(at).words(), "Written before. And after.")
	library := n.desk(browser.Desktop)
	library.Page = d.Tab(t)
	library.open("/desk/media")
	library.gives("report.csv", 800<<10, "")
	library.until(`document.querySelector('.media-progress li.bad')?.textContent.includes('The server has no storage space left')`)
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	see[bool](d, `(document.querySelector('.ed-upload button').click(), true)`)
	d.until(wrong + ` && !` + wrong + `.textContent.includes('no storage space')`) // random bytes are no ZIP archive
	same(t, "the text at last", d.stored(at).words(), "Written before. And after.")
}
