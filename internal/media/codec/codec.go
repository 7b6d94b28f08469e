// Package codec encodes pictures as WebP and AVIF, for which Go has no
// encoders: it runs libwebp and libavif, compiled to WebAssembly, in wazero.
//
// The modules come from gen2brain/webp and gen2brain/avif (see wasm/LICENSES).
// Those packages are not imported, because they load whatever libwebp or
// libavif the machine has into the process, keep some 150 MB of compiled code
// for as long as it lives, and set no bound to an encoder's memory. Here every
// encoding gets a fresh instance with a memory limit, the compiled code goes
// when nobody has encoded for a while, and a folder can keep it for next time.
//
// The encoders are only ever given pixels that Go decoded, never foreign bytes.
package codec

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"image"
	"io"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

//go:embed wasm/webp.wasm.gz
var webpModule []byte

//go:embed wasm/avif-encode.wasm.gz
var avifModule []byte

// Memory limits of one encoding, in 64 KiB pages. A WebP takes 9 MB a
// megapixel, an AVIF 30 MB.
const (
	webpPages = 192 << 20 >> 16
	avifPages = 192 << 20 >> 16
)

// idle is how long compiled encoders wait for work before they go.
const idle = 20 * time.Second

// Encoders hold the two encoders. Safe for concurrent use.
type Encoders struct {
	webp, avif *engine
}

// New returns encoders that are compiled when first used. cacheDir, when not
// empty, is a folder that keeps the compiled code between runs.
func New(cacheDir string) *Encoders {
	return &Encoders{
		webp: &engine{module: webpModule, pages: webpPages, cacheDir: cacheDir},
		avif: &engine{module: avifModule, pages: avifPages, cacheDir: cacheDir},
	}
}

// Release drops the compiled encoders now rather than after a while, waiting
// for encodings under way.
func (e *Encoders) Release() {
	e.webp.release()
	e.avif.release()
}

// WebP encodes m lossily. Quality goes from 1 to 100.
func (e *Encoders) WebP(ctx context.Context, m *image.NRGBA, quality int) ([]byte, error) {
	const colourRGBA, method, lossless, exact = 0, 2, 0, 0
	b, err := e.webp.encode(ctx, packed(m.Pix, m.Stride, m.Rect), func(in, size uint64) []uint64 {
		return []uint64{in, uint64(m.Rect.Dx()), uint64(m.Rect.Dy()), size, colourRGBA, uint64(quality), method, lossless, exact}
	})
	if err != nil {
		return nil, fmt.Errorf("encode WebP: %w", err)
	}
	return b, nil
}

// AVIF encodes m. Quality goes from 1 to 99; m's alpha is premultiplied.
func (e *Encoders) AVIF(ctx context.Context, m *image.RGBA, quality int) ([]byte, error) {
	const fastest, chroma420 = 10, 3
	b, err := e.avif.encode(ctx, packed(m.Pix, m.Stride, m.Rect), func(in, size uint64) []uint64 {
		return []uint64{in, uint64(m.Rect.Dx()), uint64(m.Rect.Dy()), size, uint64(quality), uint64(quality), fastest, chroma420}
	})
	if err != nil {
		return nil, fmt.Errorf("encode AVIF: %w", err)
	}
	return b, nil
}

// packed returns the pixels without padding between rows.
func packed(pix []byte, stride int, r image.Rectangle) []byte {
	row := r.Dx() * 4
	if stride == row {
		return pix[:row*r.Dy()]
	}
	out := make([]byte, 0, row*r.Dy())
	for y := range r.Dy() {
		out = append(out, pix[y*stride:y*stride+row]...)
	}
	return out
}

// engine is one WebAssembly module and, while in use, its compiled form.
type engine struct {
	module   []byte // gzip
	pages    uint32
	cacheDir string

	mu      sync.Mutex // guards the rest; held by encodings for reading their fields only
	users   sync.WaitGroup
	running int
	rt      wazero.Runtime
	cache   wazero.CompilationCache // nil without cacheDir
	code    wazero.CompiledModule
	timer   *time.Timer
}

// encode runs the module's encode function in a fresh instance. args gets the
// addresses of the pixels and of the 8 bytes that will hold the result's size.
func (e *engine) encode(ctx context.Context, pixels []byte, args func(in, size uint64) []uint64) ([]byte, error) {
	rt, code, err := e.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer e.done()
	mod, err := rt.InstantiateModule(withMemory(ctx), code, wazero.NewModuleConfig().WithName("").WithStdout(io.Discard).WithStderr(io.Discard))
	if err != nil {
		return nil, fmt.Errorf("start the encoder: %w", err)
	}
	defer mod.Close(context.WithoutCancel(ctx))
	in, err := allocate(ctx, mod, len(pixels))
	if err != nil {
		return nil, err
	}
	size, err := allocate(ctx, mod, 8)
	if err != nil {
		return nil, err
	}
	if !mod.Memory().Write(uint32(in), pixels) {
		return nil, fmt.Errorf("%d bytes of pixels do not fit", len(pixels))
	}
	out, err := mod.ExportedFunction("encode").Call(ctx, args(in, size)...)
	if err != nil {
		return nil, fmt.Errorf("the encoder stopped: %w", err)
	}
	return result(mod, uint32(out[0]), uint32(size))
}

func allocate(ctx context.Context, mod api.Module, n int) (uint64, error) {
	res, err := mod.ExportedFunction("malloc").Call(ctx, uint64(n))
	if err != nil {
		return 0, fmt.Errorf("allocate %d bytes: %w", n, err)
	}
	if res[0] == 0 {
		return 0, fmt.Errorf("no memory for %d bytes of pixels", n)
	}
	return res[0], nil
}

// result copies the encoded picture out of the instance's memory.
func result(mod api.Module, at, sizeAt uint32) ([]byte, error) {
	size, ok := mod.Memory().ReadUint64Le(sizeAt)
	if !ok || at == 0 || size == 0 {
		return nil, fmt.Errorf("the encoder refused the picture")
	}
	b, ok := mod.Memory().Read(at, uint32(size))
	if !ok {
		return nil, fmt.Errorf("the encoder's result lies outside its memory")
	}
	return bytes.Clone(b), nil
}

// acquire returns the compiled module, compiling it when it is not there.
func (e *engine) acquire(ctx context.Context) (wazero.Runtime, wazero.CompiledModule, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timer != nil {
		e.timer.Stop()
	}
	if e.rt == nil {
		if err := e.compile(context.WithoutCancel(ctx)); err != nil {
			return nil, nil, err
		}
	}
	e.running++
	e.users.Add(1)
	return e.rt, e.code, nil
}

// done gives the module back; the last user starts the wait for its end.
func (e *engine) done() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.users.Done()
	if e.running--; e.running == 0 {
		e.timer = time.AfterFunc(idle, e.expire)
	}
}

// expire drops the module unless somebody took it up in the last moment.
func (e *engine) expire() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running == 0 {
		e.drop()
	}
}

func (e *engine) release() {
	e.users.Wait()
	e.expire()
}

// drop frees the compiled code. Closing can only fail by its context.
func (e *engine) drop() {
	if e.rt == nil {
		return
	}
	_ = e.rt.Close(context.Background())
	if e.cache != nil {
		_ = e.cache.Close(context.Background())
	}
	e.rt, e.cache, e.code = nil, nil, nil
}

func (e *engine) compile(ctx context.Context) error {
	module, err := unzip(e.module)
	if err != nil {
		return fmt.Errorf("unpack the encoder: %w", err)
	}
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(e.pages)
	if e.cacheDir != "" {
		// Without the cache it is only slower, so its errors are no errors.
		if cache, err := wazero.NewCompilationCacheWithDir(e.cacheDir); err == nil {
			config, e.cache = config.WithCompilationCache(cache), cache
		}
	}
	e.rt = wazero.NewRuntimeWithConfig(ctx, config)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, e.rt); err != nil {
		e.drop()
		return fmt.Errorf("prepare the encoder: %w", err)
	}
	if e.code, err = e.rt.CompileModule(ctx, module); err != nil {
		e.drop()
		return fmt.Errorf("compile the encoder: %w", err)
	}
	return nil
}

func unzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
