//! Which files of a folder or an archive are a Slack export's lists and its channels' days. Names alone decide.
use super::tree::{Entry, is_hidden};
use std::collections::{BTreeMap, BTreeSet};

/// The lists that are beside the channels' folders.
const LISTS: [&str; 6] =
    ["users.json", "org_users.json", "channels.json", "groups.json", "dms.json", "mpims.json"];
/// Folders in which exporters keep what was uploaded: a JSON file in them is no day.
const UPLOADS: [&str; 3] = ["__uploads", "__avatars", "attachments"];

/// One day of a channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    /// The channel's folder.
    pub(crate) folder: String,
    /// `2026-11-16`
    pub(crate) date: String,
    /// The file's index in the listing.
    pub(crate) entry: usize,
}

/// Where an export lies in a tree, and what it is made of. Numbers are indexes in the tree's listing.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The export's own folder below the tree, with a slash at its end; empty if it is the tree itself.
    pub(crate) root: String,
    /// By their names in lower case.
    pub(crate) lists: BTreeMap<&'static str, usize>,
    /// Sorted by channel, then by date.
    pub(crate) days: Vec<Day>,
    /// JSON files in channels' folders that are named like no day: canvases, and days of other exporters.
    pub(crate) others: Vec<(String, usize)>,
    /// Files that are named like a day and are none: in a folder too deep, beside the folders, or not `.json`.
    pub(crate) strays: Vec<(usize, &'static str)>,
}

/// Why there is no layout.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoLayout {
    /// Nothing that looks like an export.
    None,
    /// Several exports side by side.
    Several(Vec<String>),
}

impl Layout {
    /// Finds the export among `entries`; `own_name` is the tree's own, should it be a single channel's folder.
    pub(crate) fn of(entries: &[Entry], own_name: &str) -> Result<Self, NoLayout> {
        let parts: Vec<Vec<&str>> = entries.iter().map(|entry| entry.path.split('/').collect()).collect();
        let root = root(&parts)?;
        let mut layout =
            Self { root: root.iter().map(|part| format!("{part}/")).collect(), ..Self::default() };
        for (n, parts) in parts.iter().enumerate() {
            let Some((below, name)) = parts.strip_prefix(root.as_slice()).and_then(split) else { continue };
            if below.iter().any(|folder| is_upload(folder)) {
                continue;
            }
            match (below, date_of(name), is_json(name)) {
                ([], None, _) => {
                    if let Some(list) = LISTS.iter().find(|list| name.eq_ignore_ascii_case(list)) {
                        layout.lists.insert(list, n);
                    }
                }
                ([channel], Some(date), true) => {
                    layout.days.push(Day { folder: (*channel).to_owned(), date: date.to_owned(), entry: n });
                }
                ([channel], None, true) => layout.others.push(((*channel).to_owned(), n)),
                ([_], Some(_), false) => layout.strays.push((n, "is named like a day but is no .json file")),
                ([], Some(_), true) => layout.strays.push((n, "lies beside the channels' folders")),
                (_, Some(_), true) => layout.strays.push((n, "lies deeper than in a channel's folder")),
                _ => {}
            }
        }
        // Only days, and no folder: one channel of an export.
        if layout.lists.is_empty() && layout.days.is_empty() {
            let days = layout.strays.iter().filter_map(|(n, _)| {
                let name = parts.get(*n)?.strip_prefix(root.as_slice())?;
                let date = date_of(name.first().filter(|_| name.len() == 1)?)?;
                Some(Day { folder: own_name.to_owned(), date: date.to_owned(), entry: *n })
            });
            layout.days = days.collect();
            layout.strays.clear();
        }
        layout.days.sort();
        Ok(layout)
    }
}

fn split<'a, 'b>(parts: &'b [&'a str]) -> Option<(&'b [&'a str], &'a str)> {
    parts.split_last().map(|(name, below)| (below, *name))
}

/// The export's folder: the highest one with a list of users or channels, else the highest one whose folders hold days.
fn root<'a>(all: &[Vec<&'a str>]) -> Result<Vec<&'a str>, NoLayout> {
    let (mut with_lists, mut with_days) = (BTreeSet::new(), BTreeSet::new());
    for (below, name) in all.iter().filter_map(|parts| split(parts)) {
        if below.iter().any(|folder| is_upload(folder) || is_hidden(folder)) {
            continue;
        }
        if LISTS.iter().any(|list| name.eq_ignore_ascii_case(list)) {
            with_lists.insert((below.len(), below));
        } else if is_json(name) && date_of(name).is_some() {
            let root = below.split_last().map_or(&[] as &[&str], |(_, root)| root);
            with_days.insert((root.len(), root));
        }
    }
    let candidates = if with_lists.is_empty() { with_days } else { with_lists };
    let highest: Vec<&[&str]> = match candidates.first() {
        None => return Err(NoLayout::None),
        Some((depth, _)) => {
            candidates.iter().take_while(|(d, _)| d == depth).map(|(_, root)| *root).collect()
        }
    };
    match highest.as_slice() {
        [root] => Ok(root.to_vec()),
        several => Err(NoLayout::Several(several.iter().map(|root| root.join("/")).collect())),
    }
}

fn is_upload(folder: &str) -> bool {
    UPLOADS.contains(&folder)
}

/// Whether a name ends in `.json`, in any case, also compressed.
pub(crate) fn is_json(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".json") || lower.ends_with(".json.gz")
}

/// The date a day file's name begins with.
pub(crate) fn date_of(name: &str) -> Option<&str> {
    let date = name.get(..10)?;
    let is_right = |(i, b): (usize, u8)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() };
    let ends = name.as_bytes().get(10).is_none_or(|b| !b.is_ascii_alphanumeric());
    (date.bytes().enumerate().all(is_right) && ends).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(paths: &[&str]) -> Result<Layout, NoLayout> {
        let entries: Vec<Entry> =
            paths.iter().map(|path| Entry { path: (*path).to_owned(), bytes: 1 }).collect();
        Layout::of(&entries, "platform")
    }

    fn days(layout: &Layout) -> Vec<(&str, &str)> {
        layout.days.iter().map(|day| (day.folder.as_str(), day.date.as_str())).collect()
    }

    #[test]
    fn an_export_is_found_at_any_height() {
        for root in ["", "Acme export/", "Downloads/Acme export/"] {
            let paths: Vec<String> =
                ["users.json", "CHANNELS.JSON", "the channel/2026-11-16.json", "b/2026-11-17.JSON"]
                    .iter()
                    .map(|path| format!("{root}{path}"))
                    .collect();
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let found = layout(&paths).unwrap();
            assert_eq!((found.root.as_str(), found.lists.len()), (root, 2));
            assert_eq!(days(&found), [("b", "2026-11-17"), ("the channel", "2026-11-16")]);
        }
    }

    #[test]
    fn an_export_without_lists_is_known_by_its_days_and_a_channel_by_its_folder() {
        assert_eq!(days(&layout(&["x/a/2026-11-16.json"]).unwrap()), [("a", "2026-11-16")]);
        assert_eq!(days(&layout(&["2026-11-16.json"]).unwrap()), [("platform", "2026-11-16")]);
        assert_eq!(layout(&["a.txt", "b/c.json"]).unwrap_err(), NoLayout::None);
    }

    #[test]
    fn two_exports_side_by_side_are_named() {
        let found = layout(&["oct/users.json", "nov/users.json"]);
        assert_eq!(found.unwrap_err(), NoLayout::Several(vec!["nov".into(), "oct".into()]));
    }

    #[test]
    fn what_is_no_day_is_told_apart() {
        let found = layout(&[
            "users.json",
            "a/2026-11-16.json",
            "a/canvas_in_the_conversation.json",
            "a/2026-11-17.txt",
            "a/attachments/2026-11-17.json",
            "__uploads/F1/2026-11-17.json",
            "2026-11-17.json",
            "teams/b/2026-11-17.json",
        ])
        .unwrap();
        assert_eq!(days(&found), [("a", "2026-11-16")]);
        assert_eq!(found.others, [("a".to_owned(), 2)]);
        assert_eq!(found.strays.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [3, 6, 7]);
    }
}
