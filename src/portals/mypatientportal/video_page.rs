//! The page behind the link to a video consultation: the door of a call that does not take place.

use askama::Template;
use jiff::Zoned;

use crate::web::page::Layout;

#[derive(Template)]
#[template(path = "portals/mypatientportal/video.html")]
pub struct VideoPage {
    pub layout: Layout,
    pub practice: String,
    /// What the appointment is for: the name of its type.
    pub appointment: String,
    /// In the practice's time zone.
    pub begins: Zoned,
}
