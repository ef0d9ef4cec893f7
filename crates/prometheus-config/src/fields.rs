//! What fields have in common: defaults that are not the type's own, and when a field is not written.

/// Whether a field has its type's default, and need not be written.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// For switches that are on unless a file turns them off.
pub(crate) fn on() -> bool {
    true
}
