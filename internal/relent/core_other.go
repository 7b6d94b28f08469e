//go:build !linux

package relent

func core() {} // their schedulers move waiting threads to idle cores
