//! The sentences of refusals that a client says as well, before it asks: defined once, and generated for other languages.
use std::fmt::Display;

/// A sentence, as generated clients get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The name of its function.
    pub name: &'static str,
    /// The words to fill in, in the order of the function's arguments.
    pub words: &'static [&'static str],
    /// The text, with each word in braces.
    pub text: &'static str,
}

macro_rules! sentences {
    ($($name:ident($($word:ident),*) $text:literal;)*) => {
        $(
            #[doc = concat!("Returns \"", $text, "\".")]
            pub fn $name($($word: impl Display),*) -> String {
                format!($text, $($word = $word),*)
            }
        )*

        /// All of them.
        pub const ALL: &[Sentence] =
            &[$(Sentence { name: stringify!($name), words: &[$(stringify!($word)),*], text: $text }),*];
    };
}

sentences! {
    ops_of_a_change(most) "a change holds 1 to {most} ops";
    admins_manage_members() "only an admin manages members";
    viewers_read() "a viewer reads; ask an admin for the editor role";
    lock_seconds(most) "a lock lasts 1 to {most} seconds";
    id_of_the_system() "this id belongs to the system";
    no_row(row) "there is no row {row}";
    row_gone(row) "there is no row {row}: it may have been removed";
    row_locked(holder) "{holder} holds this row";
    no_columns() "updates names at least one column";
    changed_meanwhile(columns) "{columns} was changed meanwhile";
    source_is_read_only() "source is read-only: it names the messages a row came from";
    no_row_above(row) "there is no row {row} to stand below";
    id_taken(id) "the id {id} is taken: make another";
    rows_of_a_sheet(most) "a sheet has at most {most} rows";
    update_bytes(most) "an update is at most {most} bytes: send it in pieces";
    mentions_at_once(most) "at most {most} people are mentioned at once";
    name_of_a_save_point(most) "a save point's name has 1 to {most} characters, none of them control characters";
    save_points_of_a_cycle(most) "a cycle has at most {most} save points";
    no_save_point(version) "version {version} has no name";
    save_point_of_another() "this save point is another's: an admin may remove it";
    comment_length(most) "a comment has 1 to {most} characters";
    threads_of_a_cycle(most) "a cycle has at most {most} threads";
    replies_of_a_thread(most) "a thread has at most {most} replies";
    no_row_of_the_document(doc) "there is no row for the document {doc}";
    no_comment(comment) "there is no comment {comment}";
    no_reply() "there is no such reply";
    name_of_a_view(most) "a view's name has 1 to {most} characters, none of them control characters";
    look_of_a_view(most) "a view's look has at most {most} bytes, no control characters";
    views_of_a_cycle(most) "a cycle has at most {most} views: remove one first";
    no_view(view) "there is no view {view}";
    view_of_another() "this view is another's: an admin may remove it";
    cell_length(column, most) "{column} holds at most {most} characters";
    cell_control(column) "{column} holds no control characters but tab and newline";
    cell_choice(column, choices) "{column} is one of {choices} or empty";
    cell_progress() "progress is a whole number from 0 to 100, or empty";
    comment_of_another() "only its author may edit or delete a comment";
}
