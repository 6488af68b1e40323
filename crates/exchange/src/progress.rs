/// Who is told how far an import or export is.
pub trait Progress {
    /// It begins, and so much is to be done; absent where that is not known.
    fn begin(&mut self, total: Option<u64>);

    /// So much more is done; it is here now.
    fn step(&mut self, done: u64, at: &str);

    /// It is done.
    fn end(&mut self);
}
