//! Refuses views that the week cannot take, and removals by people who did not add the view.
use super::rows::refuse;
use crate::{
    change::Change,
    limits::{MAX_VIEW_LOOK_BYTES, MAX_VIEW_NAME_CODE_POINTS, MAX_VIEWS},
    name::ViewId,
    refusal::{Code, Refusal},
    role::Role,
    state::State,
};

pub(crate) fn check_view_added(
    state: &State,
    view_id: &ViewId,
    name: &str,
    look: &str,
) -> Result<(), Refusal> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > MAX_VIEW_NAME_CODE_POINTS || name.chars().any(char::is_control) {
        return refuse(
            Code::InvalidValue,
            format!(
                "a view's name has 1 to {MAX_VIEW_NAME_CODE_POINTS} characters, none of them control characters"
            ),
        );
    }
    if look.len() > MAX_VIEW_LOOK_BYTES || look.chars().any(char::is_control) {
        return refuse(
            Code::InvalidValue,
            format!("a view's look has at most {MAX_VIEW_LOOK_BYTES} bytes, no control characters"),
        );
    }
    if state.sheet.views.contains_key(view_id) {
        return refuse(Code::UnknownTarget, format!("the id {view_id} is taken: make another"));
    }
    if state.sheet.views.len() >= MAX_VIEWS {
        return refuse(
            Code::PayloadTooLarge,
            format!("a cycle has at most {MAX_VIEWS} views: remove one first"),
        );
    }
    Ok(())
}

pub(crate) fn check_view_removed(
    state: &State,
    change: &Change,
    role: Role,
    view_id: &ViewId,
) -> Result<(), Refusal> {
    match state.sheet.views.get(view_id) {
        None => refuse(Code::UnknownTarget, format!("there is no view {view_id}")),
        Some(view) if view.author != change.author.id && role == Role::Editor => {
            refuse(Code::Forbidden, "this view is another's: an admin may remove it")
        }
        Some(_) => Ok(()),
    }
}
