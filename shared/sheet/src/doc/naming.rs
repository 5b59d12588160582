//! The words around a person's name: what a mention shows of its place in a document.
use crate::name::Name;
use yrs::{
    Any, Out, ReadTxn, Text, Xml, XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut, types::text::YChange,
};

/// The last block in which the person is named, as plain text; none: nowhere.
pub(super) fn around<T: ReadTxn>(reading: &T, fragment: &XmlFragmentRef, user: &Name) -> Option<String> {
    fragment.children(reading).filter_map(|node| within(reading, &node, user)).last()
}

fn within<T: ReadTxn>(reading: &T, node: &XmlOut, user: &Name) -> Option<String> {
    let XmlOut::Element(element) = node else { return None };
    let names = |child: XmlOut| match child {
        XmlOut::Element(inner) => attribute(reading, &inner, "id").as_deref() == Some(user.as_str()),
        _ => false,
    };
    if element.children(reading).any(names) {
        return Some(words(reading, element));
    }
    element.children(reading).filter_map(|child| within(reading, &child, user)).last()
}

fn words<T: ReadTxn>(reading: &T, element: &XmlElementRef) -> String {
    let word = |node: XmlOut| match node {
        XmlOut::Text(text) => {
            let runs = text.diff(reading, YChange::identity).into_iter().map(|run| match run.insert {
                Out::Any(Any::String(said)) => said.to_string(),
                _ => String::new(),
            });
            runs.collect()
        }
        XmlOut::Element(inner) => {
            label(reading, &inner).map_or_else(|| " ".to_owned(), |label| format!("@{label}"))
        }
        XmlOut::Fragment(_) => String::new(),
    };
    element.children(reading).map(word).collect::<String>().trim().to_owned()
}

/// Returns the text of a mention: the person's name at the time of the mention. `None` if this is no mention.
pub(super) fn label<T: ReadTxn>(reading: &T, element: &XmlElementRef) -> Option<String> {
    let is_mention = element.try_tag().is_some_and(|tag| &**tag == "mention");
    is_mention
        .then(|| attribute(reading, element, "label").or_else(|| attribute(reading, element, "id")))
        .map(Option::unwrap_or_default)
}

fn attribute<T: ReadTxn>(reading: &T, element: &XmlElementRef, name: &str) -> Option<String> {
    match element.attributes(reading).find(|(known, _)| *known == name)?.1 {
        Out::Any(Any::String(text)) => Some(text.to_string()),
        _ => None,
    }
}
