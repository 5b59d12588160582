//! Sockets of one person, rooms apart, frames too many.
