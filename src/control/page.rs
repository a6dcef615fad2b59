//! Lists in pages: `?q=…&after=…&limit=…`.

use crate::control::problem::Problem;
use crate::control::route_table::Parameter;
use crate::web::parameters::read_form;

/// How many members a page has unless it is said.
const USUAL: i64 = 100;
/// How many it can have.
const MOST: i64 = 1000;

/// Which part of a list is wanted.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Only what contains this.
    pub q: Option<String>,
    /// Only what comes after the member of this id.
    pub after: Option<String>,
    pub limit: i64,
}

pub const AFTER: Parameter = Parameter {
    name: "after",
    description: "Only what comes after the member of this id: the `next` of the page before.",
    kind: "string",
};
pub const LIMIT: Parameter = Parameter {
    name: "limit",
    description: "How many at the most: 1 to 1000, 100 unless it is said.",
    kind: "integer",
};

impl Page {
    /// # Errors
    /// When a parameter is not one of these, stands twice or cannot be read.
    pub fn read(query: Option<&str>, searched: bool) -> Result<Self, Problem> {
        let mut page = Self {
            q: None,
            after: None,
            limit: 0,
        };
        let unreadable = |error| Problem::bad_request(format!("the query cannot be read: {error}"));
        for (name, value) in read_form(query.unwrap_or_default().as_bytes()).map_err(unreadable)? {
            let twice = match name.as_str() {
                "q" if searched => page.q.replace(value).is_some(),
                "after" => page.after.replace(value).is_some(),
                "limit" => std::mem::replace(&mut page.limit, limit(&value)?) != 0,
                _ => return Err(Problem::bad_request(format!("there is no parameter {name:?} here"))),
            };
            if twice {
                return Err(Problem::bad_request(format!("the parameter {name:?} stands twice")));
            }
        }
        if page.limit == 0 {
            page.limit = USUAL;
        }
        Ok(page)
    }

    /// One more than the page has room for, to learn whether there is a next one.
    pub fn limit_and_one(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts a list that was read with [`Page::limit_and_one`]; the id to go on after, where more is to come.
    pub fn cut<T>(&self, list: &mut Vec<T>, id: impl Fn(&T) -> String) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if list.len() <= limit {
            return None;
        }
        list.truncate(limit);
        list.last().map(id)
    }
}

fn limit(text: &str) -> Result<i64, Problem> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| Problem::bad_request(format!("`limit` is a number from 1 to {MOST}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_strictly() {
        let page = Page::read(Some("q=an&after=7&limit=2"), true).unwrap();
        assert_eq!(
            (page.q.as_deref(), page.after.as_deref(), page.limit),
            (Some("an"), Some("7"), 2)
        );
        assert_eq!(Page::read(None, true).unwrap().limit, USUAL);

        for wrong in [
            "limit=0",
            "limit=1001",
            "limit=x",
            "limit=1&limit=2",
            "q=a&q=b",
            "page=2",
        ] {
            assert!(Page::read(Some(wrong), true).is_err(), "{wrong}");
        }
        assert!(Page::read(Some("q=a"), false).is_err());
    }

    #[test]
    fn a_page_says_where_to_go_on_only_when_more_is_to_come() {
        let page = Page::read(Some("limit=2"), false).unwrap();
        let mut list = vec![1, 2, 3];
        assert_eq!(page.cut(&mut list, ToString::to_string).as_deref(), Some("2"));
        assert_eq!(list, [1, 2]);
        assert_eq!(page.cut(&mut list, ToString::to_string), None);
    }
}
