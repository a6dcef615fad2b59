pub fn mend(_: &crate::model::Refusal) -> Option<&'static str> { None }
