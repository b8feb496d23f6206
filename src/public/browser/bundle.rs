//! One script out of the modules: a page that was saved cannot load modules, since a browser gives each file an origin of
//! its own.
//!
//! Each module becomes a function that is run once and answers what the module exports; an import takes it from there. Only
//! the forms that our modules and the vendored ones use are known: an import or an export is a line of its own.

use super::File;

/// The modules that `entry` needs, each after those that it imports itself.
pub(super) fn of(entry: &'static str, files: &[File]) -> String {
    let mut order = Vec::new();
    gather(entry, files, &mut order);
    let modules: Vec<String> = order.iter().map(|name| module(name, text_of(name, files), &order)).collect();
    format!("\"use strict\";\n{}", modules.concat())
}

fn text_of<'f>(name: &str, files: &'f [File]) -> &'f str {
    // The list is ours, and a test bundles it.
    files.iter().find(|(known, ..)| *known == name).expect("every module that is imported is served").2
}

fn gather(name: &str, files: &[File], order: &mut Vec<String>) {
    if order.iter().any(|known| known == name) {
        return;
    }
    for imported in text_of(name, files).lines().filter_map(specifier) {
        gather(&beside(name, imported), files, order);
    }
    order.push(name.to_owned());
}

/// What a line imports.
fn specifier(line: &str) -> Option<&str> {
    let rest = match line.strip_prefix("import ") {
        Some(rest) => rest.split_once(" from \"")?.1,
        None => line.split_once("import(\"")?.1,
    };
    rest.split('"').next()
}

/// The name of a module that `name` imports as `./...`.
fn beside(name: &str, specifier: &str) -> String {
    let folder = name.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    format!("{folder}{}", specifier.trim_start_matches("./"))
}

fn module(name: &str, text: &str, order: &[String]) -> String {
    // A module is always in the order of which it is a part.
    let constant = |specifier: &str| {
        let place = order.iter().position(|known| *known == beside(name, specifier));
        format!("$module{}", place.unwrap_or(order.len()))
    };
    let (mut body, mut exports) = (String::new(), Vec::new());
    for line in text.lines() {
        let line = match (line.strip_prefix("import "), line.strip_prefix("export "), specifier(line)) {
            (Some(rest), _, Some(from)) => {
                let names = rest.split(" from ").next().unwrap_or_default().replace(" as ", ": ");
                format!("const {} = {};", names.trim_start_matches("*: "), constant(from))
            }
            (_, Some(rest), _) => exported(rest, &mut exports),
            (None, _, Some(from)) => {
                line.replace(&format!("import(\"{from}\")"), &format!("Promise.resolve({})", constant(from)))
            }
            _ => line.to_owned(),
        };
        body.push_str(&line);
        body.push('\n');
    }
    let exports = exports.join(", ");
    format!(
        "// {name}\nconst {} = (() => {{\n{body}return {{ {exports} }};\n}})();\n",
        constant(&format!("./{}", base(name)))
    )
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The line without its `export`, whose names are noted.
fn exported(rest: &str, exports: &mut Vec<String>) -> String {
    if let Some(list) = rest.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" };")) {
        exports.extend(list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
        return String::new();
    }
    let declared = rest.trim_start_matches("async ").split_once(' ').map_or("", |(_, declared)| declared);
    exports.push(declared.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect());
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::{FILES, OFFLINE};
    use super::of;

    #[test]
    fn imports_and_exports_become_constants() {
        let files = [
            (
                "a.js",
                "",
                "import { b, c as d } from \"./in/b.js\";\nimport * as e from \"./in/b.js\";\nb(await import(\"./in/b.js\"));\n",
            ),
            ("in/b.js", "", "export async function b() {}\nexport const c = 1;\nclass X {}\nexport { X };\n"),
        ];
        let expected = "\"use strict\";\n// in/b.js\nconst $module0 = (() => {\nasync function b() {}\nconst c = 1;\nclass X {}\n\nreturn { b, c, X };\n})();\n// a.js\nconst $module1 = (() => {\nconst { b, c: d } = $module0;\nconst e = $module0;\nb(await Promise.resolve($module0));\nreturn {  };\n})();\n";
        assert_eq!(of("a.js", &files), expected);
    }

    #[test]
    fn the_saved_page_has_all_its_modules_and_fetches_nothing() {
        for module in ["record.js", "given.js", "vendor/noble-ed25519.js", "vendor/sha2.js", "vendor/_u64.js"] {
            assert!(OFFLINE.contains(&format!("// {module}\n")), "{module}");
        }
        // `*` begins a line of a comment.
        let code = OFFLINE.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
        for line in code.filter(|line| !line.starts_with("import * as ed from '@noble/ed25519';")) {
            for forbidden in ["import ", "import(", "export ", "fetch(", "$module99", "</script", "<!--"] {
                assert!(!line.contains(forbidden), "{line}");
            }
        }
        assert_eq!(FILES.iter().filter(|(name, ..)| OFFLINE.contains(&format!("// {name}\n"))).count(), 16);
    }
}
