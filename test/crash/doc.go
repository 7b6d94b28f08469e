// Package crash is the fault harness: it does writes against a program, takes
// away the process, the power, the disk space or a single system call, and
// holds what is left against a ledger of what was acknowledged.
//
// The program under test is crashd. A scenario (KillUnderLoad, CutPower,
// EveryPoint, FillDisk) drives it through a Target and returns a Report; a
// promise is kept when the report lists no problem. Each scenario is shown to
// turn red by a fault planted in crashd.
package crash
