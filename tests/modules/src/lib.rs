//! No two modules of a crate of this workspace depend on each other, directly or through others.
//!
//! A module depends on the modules that its paths name; a name that a module re-exports counts as the module that
//! defines it. A parent is made of its children, so its own paths into them do not count. Paths inside of macro calls are
//! not seen.
#![cfg(test)]
#![allow(clippy::unwrap_used)]
use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::{
    Attribute, ItemMod, ItemUse, UseTree, Visibility,
    visit::{self, Visit},
};

type ModulePath = Vec<String>;

/// What a file of a module says.
#[derive(Default)]
struct Module {
    at: ModulePath,
    inline: usize,
    paths: Vec<Vec<String>>,
    exports: BTreeMap<String, Vec<String>>,
}

impl Module {
    /// Returns a path from the crate's root; none if it leads out of the crate.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let inline = self.inline;
        let supers = path.iter().take_while(|part| *part == "super").count();
        let (base, rest) = match path.first()?.as_str() {
            "crate" => (&[][..], &path[1..]),
            "self" => (&self.at[..], &path[1..]),
            "super" => {
                let up = supers.saturating_sub(inline);
                (&self.at[..self.at.len().checked_sub(up)?], &path[supers..])
            }
            _ => return None,
        };
        Some(base.iter().chain(rest).cloned().collect())
    }

    fn tree(&mut self, before: &[String], tree: &UseTree, exported: bool) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.tree(&with(path.ident.to_string()), &path.tree, exported),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(before, item, exported)),
            UseTree::Glob(_) => self.name(before.to_vec(), None),
            UseTree::Name(name) if name.ident == "self" => self.name(before.to_vec(), None),
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.name(with(name.clone()), exported.then_some(name));
            }
            UseTree::Rename(rename) => {
                self.name(with(rename.ident.to_string()), exported.then(|| rename.rename.to_string()));
            }
        }
    }

    fn name(&mut self, path: Vec<String>, exported: Option<String>) {
        // In a module of its own, `a::b` may name its child `a`.
        let own = || [vec!["self".to_owned()], path.clone()].concat();
        let target =
            self.absolute(&path).or_else(|| exported.is_some().then(own).and_then(|p| self.absolute(&p)));
        let Some(target) = target else { return };
        match exported {
            Some(name) => drop(self.exports.insert(name, target)),
            None => self.paths.push(target),
        }
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("test"))
    })
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.content.is_none() || is_for_tests(&item.attrs) {
            return;
        }
        self.inline += 1;
        visit::visit_item_mod(self, item);
        self.inline -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_for_tests(&item.attrs) {
            let exported = !matches!(item.vis, Visibility::Inherited);
            self.tree(&[], &item.tree, exported);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let path: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.paths.extend(self.absolute(&path));
    }
}

fn read(folder: &Path, at: &[String], found: &mut BTreeMap<ModulePath, Module>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && at.is_empty() && stem == "bin" {
            // Programs of their own, each of one file.
        } else if path.is_dir() {
            read(&path, &[at, &[stem]].concat(), found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let at = match stem.as_str() {
                "main" if at.is_empty() && folder.join("lib.rs").exists() => continue,
                "lib" | "main" | "mod" => at.to_vec(),
                _ => [at, &[stem]].concat(),
            };
            let mut module = Module { at: at.clone(), ..Module::default() };
            module.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
            found.insert(at, module);
        }
    }
}

/// The module that a path leads to, through what modules re-export.
fn home(modules: &BTreeMap<ModulePath, Module>, path: &[String]) -> ModulePath {
    let mut path = path.to_vec();
    // Each step follows one re-export; none of ours is longer than this.
    for _ in 0..8 {
        let length =
            (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length])).unwrap_or(0);
        let exported =
            path.get(length).and_then(|name| modules.get(&path[..length])?.exports.get(name)).cloned();
        match exported {
            Some(target) if target != path => path = [&target, &path[length + 1..]].concat(),
            _ => return path[..length].to_vec(),
        }
    }
    path
}

fn circles(source: &Path) -> Vec<Vec<String>> {
    let mut modules = BTreeMap::new();
    read(source, &[], &mut modules);
    let names: Vec<&ModulePath> = modules.keys().collect();
    let number = |at: &ModulePath| names.binary_search(&at).ok();
    let mut graph: DiGraphMap<usize, ()> = DiGraphMap::new();
    for module in modules.values() {
        let targets: BTreeSet<ModulePath> = module.paths.iter().map(|path| home(&modules, path)).collect();
        for target in targets.iter().filter(|target| !target.starts_with(&module.at)) {
            if let (Some(from), Some(to)) = (number(&module.at), number(target)) {
                graph.add_edge(from, to, ());
            }
        }
    }
    let circles = tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1);
    circles
        .map(|circle| circle.into_iter().map(|n| format!("crate::{}", names[n].join("::"))).collect())
        .collect()
}

#[test]
fn no_modules_of_a_crate_depend_on_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["shared", "functions", "infra", "infra/local", "tests"].map(|folder| root.join(folder));
    let sources: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("Cargo.toml").exists())
        .map(|folder| folder.join("src"))
        .collect();
    assert_eq!(sources.len(), 24, "the crates of the workspace: {sources:?}");
    let found: Vec<String> = sources
        .iter()
        .flat_map(|source| {
            circles(source)
                .into_iter()
                .map(move |circle| format!("{}: {}", source.display(), circle.join(", ")))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_circle_through_a_third_module_and_a_re_export_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("lib.rs", "mod a;\nmod b;\nmod c;\npub use a::Thing;");
    write("a.rs", "use crate::b::f;\npub struct Thing;");
    write("b.rs", "pub fn f() { super::c::g() }");
    write("c.rs", "pub fn g() {}\n#[cfg(test)]\nmod tests { use crate::a::Thing; }");
    assert!(circles(folder.path()).is_empty());
    write("c.rs", "use crate::Thing;\npub fn g() {}");
    assert_eq!(circles(folder.path()).iter().map(Vec::len).collect::<Vec<_>>(), [3]);
}
