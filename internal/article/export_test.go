package article

// ChangesSQL is how the order of changes is read.
const ChangesSQL = changesSQL
