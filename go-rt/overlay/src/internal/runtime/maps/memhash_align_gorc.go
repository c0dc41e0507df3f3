// Answers the start-up check of the AES hash tables, which gorc's selection of
// this package does not have.

package maps

// checkMasksAndShiftsAlignment reports that nothing is misaligned.
func checkMasksAndShiftsAlignment() bool { return true }
