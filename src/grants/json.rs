//! JSON as the rule book reads it: the values of a text laid out one after another, over the text in which they stand.
//!
//! Reading a statement takes one list for all its values and copies no text that is spelled as it is meant. An audit
//! reads millions, and a tree of maps and strings took longer than all rules together.

use serde_json::{Map, Value};

/// A value, or the name of a field. A list is followed by its items, an object by each name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Null,
    Bool(bool),
    Number(i64),
    /// Text as it stands: from this byte of the text, so many.
    Text {
        from: u32,
        len: u32,
    },
    /// Text that was spelled with escapes: the same of the texts without them.
    Spelled {
        from: u32,
        len: u32,
    },
    List {
        items: u32,
        /// How many nodes it has inside.
        inside: u32,
    },
    Object {
        fields: u32,
        inside: u32,
    },
}

impl Node {
    /// How many nodes this value is, itself with them.
    fn span(self) -> usize {
        match self {
            Node::List { inside, .. } | Node::Object { inside, .. } => inside as usize + 1,
            _ => 1,
        }
    }
}

/// The values of a text, without the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    nodes: Vec<Node>,
    spelled: String,
}

/// A list or an object that is still open.
#[derive(Debug, Clone, Copy)]
pub struct Open(usize);

impl Values {
    /// None yet, with room for so many.
    pub fn with_room(nodes: usize) -> Self {
        Values { nodes: Vec::with_capacity(nodes), spelled: String::new() }
    }

    /// Adds null.
    pub fn null(&mut self) {
        self.nodes.push(Node::Null);
    }

    /// Adds a truth value.
    pub fn bool(&mut self, truth: bool) {
        self.nodes.push(Node::Bool(truth));
    }

    /// Adds a whole number.
    pub fn number(&mut self, number: i64) {
        self.nodes.push(Node::Number(number));
    }

    /// Adds a text, or the name of a field, that stands in the text from this byte on, so many.
    ///
    /// # Panics
    /// If it stands beyond the first 4 GB.
    pub fn text(&mut self, from: usize, len: usize) {
        self.nodes.push(Node::Text { from: short(from), len: short(len) });
    }

    /// Adds a text, or the name of a field, that stands nowhere as it is meant.
    ///
    /// # Panics
    /// If all of them are over 4 GB.
    pub fn spelled(&mut self, text: &str) {
        self.nodes.push(Node::Spelled { from: short(self.spelled.len()), len: short(text.len()) });
        self.spelled.push_str(text);
    }

    /// Begins a list or an object; what is added until it is closed is inside.
    pub fn open(&mut self) -> Open {
        self.nodes.push(Node::Null);
        Open(self.nodes.len() - 1)
    }

    /// Ends a list of so many items.
    pub fn close_list(&mut self, open: Open, items: usize) {
        self.nodes[open.0] = Node::List { items: short(items), inside: short(self.nodes.len() - open.0 - 1) };
    }

    /// Ends an object of so many fields.
    pub fn close_object(&mut self, open: Open, fields: usize) {
        self.nodes[open.0] = Node::Object { fields: short(fields), inside: short(self.nodes.len() - open.0 - 1) };
    }

    /// The names of an object that is still open and has so many fields.
    pub fn names_so_far<'v>(&'v self, open: Open, fields: usize, text: &'v str) -> impl Iterator<Item = &'v str> {
        let rest = Json { nodes: &self.nodes[open.0 + 1..], text, spelled: &self.spelled };
        Fields { rest, left: fields }.map(|(name, _)| name)
    }

    /// The outermost value; `text` is what the values were read from.
    pub fn root<'v>(&'v self, text: &'v str) -> Json<'v> {
        self.at(0, text)
    }

    /// The value that was at this place ([`Json::place_in`]).
    pub fn at<'v>(&'v self, place: usize, text: &'v str) -> Json<'v> {
        Json {
            nodes: self.nodes.get(place..).filter(|nodes| !nodes.is_empty()).unwrap_or(NULL),
            text,
            spelled: &self.spelled,
        }
    }

    /// Those of a tree. A number that is not whole, or beyond 64 bits, is read as null: no field takes either.
    pub fn of(tree: &Value) -> Self {
        let mut values = Values::default();
        values.add(tree);
        values
    }

    fn add(&mut self, tree: &Value) {
        match tree {
            Value::Null => self.null(),
            Value::Bool(truth) => self.bool(*truth),
            Value::Number(number) => self.nodes.push(number.as_i64().map_or(Node::Null, Node::Number)),
            Value::String(text) => self.spelled(text),
            Value::Array(items) => {
                let open = self.open();
                items.iter().for_each(|item| self.add(item));
                self.close_list(open, items.len());
            }
            Value::Object(map) => {
                let open = self.open();
                for (name, value) in map {
                    self.spelled(name);
                    self.add(value);
                }
                self.close_object(open, map.len());
            }
        }
    }
}

fn short(number: usize) -> u32 {
    u32::try_from(number).expect("JSON that is read is shorter than 4 GB")
}

const NULL: &[Node] = &[Node::Null];

/// One value, with all that is inside it.
#[derive(Debug, Clone, Copy)]
pub struct Json<'v> {
    /// The value's own first, and all behind it.
    nodes: &'v [Node],
    text: &'v str,
    spelled: &'v str,
}

impl<'v> Json<'v> {
    /// Null, which no field takes.
    pub const NULL: Json<'static> = Json { nodes: NULL, text: "", spelled: "" };

    /// Where among these values, from which it is, this one stands.
    pub fn place_in(self, values: &Values) -> usize {
        values.nodes.len() - self.nodes.len()
    }

    fn behind(self, nodes: usize) -> Json<'v> {
        Json { nodes: &self.nodes[nodes..], ..self }
    }

    /// The text, of a text.
    pub fn as_str(self) -> Option<&'v str> {
        let slice = |text: &'v str, from: u32, len: u32| &text[from as usize..(from as usize + len as usize)];
        match self.nodes[0] {
            Node::Text { from, len } => Some(slice(self.text, from, len)),
            Node::Spelled { from, len } => Some(slice(self.spelled, from, len)),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_bool(self) -> Option<bool> {
        match self.nodes[0] {
            Node::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The whole number.
    pub fn as_i64(self) -> Option<i64> {
        match self.nodes[0] {
            Node::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The whole number, if it is not below zero.
    pub fn as_u64(self) -> Option<u64> {
        self.as_i64().and_then(|number| u64::try_from(number).ok())
    }

    /// The items of a list.
    pub fn as_list(self) -> Option<Items<'v>> {
        match self.nodes[0] {
            Node::List { items, .. } => Some(Items { rest: self.behind(1), left: items as usize }),
            _ => None,
        }
    }

    /// The fields of an object.
    pub fn as_object(self) -> Option<Object<'v>> {
        match self.nodes[0] {
            Node::Object { fields, .. } => Some(Object(Fields { rest: self.behind(1), left: fields as usize })),
            _ => None,
        }
    }

    /// The same as a tree.
    pub fn to_value(self) -> Value {
        match self.nodes[0] {
            Node::Null => Value::Null,
            Node::Bool(truth) => Value::Bool(truth),
            Node::Number(number) => Value::from(number),
            Node::Text { .. } | Node::Spelled { .. } => Value::from(self.as_str().unwrap_or_default()),
            Node::List { .. } => self.as_list().into_iter().flatten().map(Json::to_value).collect(),
            Node::Object { .. } => Value::Object(self.as_object().map(Object::to_map).unwrap_or_default()),
        }
    }
}

/// The items of a list, in order.
#[derive(Debug, Clone, Copy)]
pub struct Items<'v> {
    rest: Json<'v>,
    left: usize,
}

impl<'v> Iterator for Items<'v> {
    type Item = Json<'v>;

    fn next(&mut self) -> Option<Json<'v>> {
        self.left = self.left.checked_sub(1)?;
        let item = self.rest;
        self.rest = item.behind(item.nodes[0].span());
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Items<'_> {}

/// The fields of an object, in the order in which they stand.
#[derive(Debug, Clone, Copy)]
struct Fields<'v> {
    rest: Json<'v>,
    left: usize,
}

impl<'v> Iterator for Fields<'v> {
    type Item = (&'v str, Json<'v>);

    fn next(&mut self) -> Option<(&'v str, Json<'v>)> {
        self.left = self.left.checked_sub(1)?;
        let (name, value) = (self.rest, self.rest.behind(1));
        self.rest = value.behind(value.nodes[0].span());
        Some((name.as_str().unwrap_or_default(), value))
    }
}

/// An object: fields with names, each once.
#[derive(Debug, Clone, Copy)]
pub struct Object<'v>(Fields<'v>);

impl<'v> Object<'v> {
    /// How many fields it has.
    pub fn len(self) -> usize {
        self.0.left
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.0.left == 0
    }

    /// Its fields, in the order in which they stand.
    pub fn iter(self) -> impl Iterator<Item = (&'v str, Json<'v>)> {
        self.0
    }

    /// The names of its fields.
    pub fn names(self) -> impl Iterator<Item = &'v str> {
        self.0.map(|(name, _)| name)
    }

    /// The value of a field.
    pub fn get(self, name: &str) -> Option<Json<'v>> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Whether it has a field of this name.
    pub fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The same as a tree.
    pub fn to_map(self) -> Map<String, Value> {
        self.iter().map(|(name, value)| (name.to_owned(), value.to_value())).collect()
    }
}
