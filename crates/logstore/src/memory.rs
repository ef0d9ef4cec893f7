//! Memory that was freed and is still held.
//!
//! mimalloc returns what a thread has freed when that thread allocates or frees again, a little later: a thread that
//! waits keeps it for as long as it waits, and what threads have left that ended waits for somebody to look. Before
//! it refuses a request, though, it returns all that it can, of this thread, of those that ended, and of its arenas.
//! That can be had in safe code and without asking for a particular allocator; with others nothing happens.

/// As many bytes as an address space of 48 bits has, but for what is not there for programs. What is larger mimalloc
/// refuses at once.
const IMPOSSIBLE_BYTES: usize = (1 << 48) - (1 << 30);

/// Has the allocator return to the system what this thread and those that ended have freed. Takes some
/// microseconds when there is little to return.
pub fn give_back() {
    let mut nothing: Vec<u8> = Vec::new();
    let refused = nothing.try_reserve_exact(IMPOSSIBLE_BYTES);
    // Else the compiler sees that nobody needs the memory and does not ask for it.
    std::hint::black_box((nothing, refused.is_err()));
}
