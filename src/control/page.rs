//! Lists in pages: `?after=…&limit=…`.

use crate::api::{operation::Parameter, parameters::Parameters, problem::Problem, schema};

/// Which part of a list is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Only what comes after the member of this id.
    pub after: Option<String>,
    pub limit: i64,
}

/// How many members a page has.
#[derive(Clone, Copy, Debug)]
pub struct PageSize {
    pub default: i64,
    pub most: i64,
}

pub const AFTER: Parameter = Parameter::optional(
    "after",
    schema::text,
    "Only members after the one with this id: the `next` of the previous page.",
);
/// For [`Page::read`].
pub const LIMIT: Parameter = Parameter::optional(
    "limit",
    schema::integer,
    "The maximum number of members, 1 to 1000. Default: 100.",
);

impl Page {
    /// Reads `after` and `limit` as most lists have them.
    ///
    /// # Errors
    /// 400 when `limit` is not a number from 1 to 1000.
    pub fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let size = PageSize {
            default: 100,
            most: 1000,
        };
        Self::read_sized(parameters, size)
    }

    /// The same for a list with pages of another size.
    ///
    /// # Errors
    /// 400 when `limit` is outside of it.
    pub fn read_sized(parameters: &Parameters, size: PageSize) -> Result<Self, Problem> {
        Ok(Self {
            after: parameters.owned("after"),
            limit: parameters.number_in("limit", 1..=size.most)?.unwrap_or(size.default),
        })
    }

    /// One more than the page has room for, to learn whether there is a next one.
    pub fn limit_and_one(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts a list that was read with [`Page::limit_and_one`]. Returns what `after` has to be for the next page, if there is one.
    pub fn cut<T>(&self, list: &mut Vec<T>, id: impl Fn(&T) -> String) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if list.len() <= limit {
            return None;
        }
        list.truncate(limit);
        list.last().map(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<Page, Problem> {
        Page::read(&Parameters::read(Some(query), &[AFTER, LIMIT])?)
    }

    #[test]
    fn a_page_is_read_strictly() {
        let expected = Page {
            after: Some("7".to_owned()),
            limit: 2,
        };
        assert_eq!(page("after=7&limit=2").unwrap(), expected);
        assert_eq!(page("").unwrap().limit, 100);

        for wrong in ["limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "page=2"] {
            assert!(page(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_page_says_where_to_go_on_only_when_more_is_to_come() {
        let page = page("limit=2").unwrap();
        let mut list = vec![1, 2, 3];
        assert_eq!(page.cut(&mut list, ToString::to_string).as_deref(), Some("2"));
        assert_eq!(list, [1, 2]);
        assert_eq!(page.cut(&mut list, ToString::to_string), None);
    }
}
