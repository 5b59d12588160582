//! Every rule of the specification has a test that names it.
