//! Refuses views that the week cannot take, and removals by people who did not add the view.
use super::rows::refuse;
use crate::{
    change::Change,
    limits::{MAX_VIEW_LOOK_BYTES, MAX_VIEW_NAME_CODE_POINTS, MAX_VIEWS},
    name::ViewId,
    refusal::{Code, Refusal},
    role::Role,
    sentences,
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
        return refuse(Code::InvalidValue, sentences::name_of_a_view(MAX_VIEW_NAME_CODE_POINTS));
    }
    if look.len() > MAX_VIEW_LOOK_BYTES || look.chars().any(char::is_control) {
        return refuse(Code::InvalidValue, sentences::look_of_a_view(MAX_VIEW_LOOK_BYTES));
    }
    if state.sheet.views.contains_key(view_id) {
        return refuse(Code::UnknownTarget, sentences::id_taken(view_id));
    }
    if state.sheet.views.len() >= MAX_VIEWS {
        return refuse(Code::PayloadTooLarge, sentences::views_of_a_cycle(MAX_VIEWS));
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
        None => refuse(Code::UnknownTarget, sentences::no_view(view_id)),
        Some(view) if view.author != change.author.id && role == Role::Editor => {
            refuse(Code::Forbidden, sentences::view_of_another())
        }
        Some(_) => Ok(()),
    }
}
