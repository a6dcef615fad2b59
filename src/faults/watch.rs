//! What one request carries of its realm's armed faults: those that wait for requests like it, and the marks they leave.
//!
//! The wire layer begins a watch and everything below answers within it, so that a seam deep inside (the mint, say) finds the
//! faults of this very request without a word in between. Where nothing is armed there is no watch.

use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use jiff::Timestamp;

use super::armed::Armed;
use super::parameter::Parameters;
use crate::model::{FaultMark, FaultMarks};
use crate::random::Random;
use crate::web::endpoint::Endpoint;

/// The request, as far as faults look at it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub endpoint: &'static Endpoint,
    pub method: Method,
    /// Within the realm.
    pub path: String,
    pub query: String,
    /// At the token endpoint.
    pub grant_type: Option<String>,
    /// By HTTP Basic (RFC 6749 §2.3.1), rather than in the form.
    pub authenticates_by_header: bool,
}

impl Asked {
    pub fn asks_by_code(&self) -> bool {
        self.grant_type.as_deref() == Some("authorization_code")
    }

    pub fn refreshes(&self) -> bool {
        self.grant_type.as_deref() == Some("refresh_token")
    }

    pub fn writes(&self) -> bool {
        self.method != Method::GET && self.method != Method::HEAD
    }

    pub fn at_resource(&self) -> bool {
        self.endpoint.is_resource()
    }
}

/// Who asks, as far as it could be found out.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub client: Option<String>,
    /// The identifier of the user it is about.
    pub user: Option<String>,
}

/// The realm that answers.
#[derive(Clone, Debug)]
pub struct Here {
    pub issuer: String,
    pub random: Random,
    /// By the realm's clock.
    pub now: Timestamp,
}

/// The faults one request may meet.
#[derive(Debug)]
pub struct Watch {
    pub asked: Asked,
    pub fault_target: Subject,
    pub here: Here,
    armed: Vec<Arc<Armed>>,
    marks: Mutex<Vec<FaultMark>>,
}

tokio::task_local! {
    static WATCH: Arc<Watch>;
}

/// A fault that bites now, with what its bend may need to know.
#[derive(Clone, Copy, Debug)]
pub struct Bite<'a> {
    pub armed: &'a Arc<Armed>,
    pub here: &'a Here,
    pub asked: &'a Asked,
}

impl Bite<'_> {
    pub fn parameters(&self) -> &Parameters {
        &self.armed.parameters
    }
}

impl Watch {
    /// `None` where no armed fault waits for such a request.
    pub fn new(armed: &[Arc<Armed>], asked: Asked, fault_target: Subject, here: Here) -> Option<Arc<Self>> {
        let armed: Vec<_> = armed
            .iter()
            .filter(|armed| armed.waits_for(&asked, &fault_target))
            .cloned()
            .collect();
        (!armed.is_empty()).then(|| {
            Arc::new(Self {
                asked,
                fault_target,
                here,
                armed,
                marks: Mutex::default(),
            })
        })
    }

    /// Answers within this watch.
    pub fn over<F: Future>(self: Arc<Self>, answering: F) -> impl Future<Output = F::Output> {
        WATCH.scope(self, answering)
    }

    /// The watch of the request that is being answered here.
    pub fn current() -> Option<Arc<Self>> {
        WATCH.try_with(Arc::clone).ok()
    }

    /// The faults that wait for this request, the first armed first.
    pub fn armed(&self) -> &[Arc<Armed>] {
        &self.armed
    }

    /// Counts the call; where it is bitten, the mark is set.
    pub fn claim<'a>(&'a self, armed: &'a Arc<Armed>) -> Option<Bite<'a>> {
        if !(armed.row.applies)(armed, &self.asked) || !armed.claim(&self.here.random) {
            return None;
        }
        let mark = FaultMark {
            id: armed.id.clone(),
            fault: armed.row.name,
        };
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).push(mark);
        tracing::info!(fault = armed.row.name, id = armed.id, "an armed fault bites");
        Some(Bite {
            armed,
            here: &self.here,
            asked: &self.asked,
        })
    }

    /// Gives a bite back that found nothing to bite: neither the call nor the bite counts, and the mark is taken off.
    pub fn give_back(&self, armed: &Armed) {
        armed.give_back();
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = marks.iter().rposition(|mark| mark.id == armed.id) {
            marks.remove(last);
        }
    }

    /// What has bitten so far.
    pub fn marks(&self) -> FaultMarks {
        FaultMarks(self.marks.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// For a task that goes on with a request's answer: the same watch there.
pub async fn carried<F: Future>(watch: Option<Arc<Watch>>, answering: F) -> F::Output {
    match watch {
        Some(watch) => watch.over(answering).await,
        None => answering.await,
    }
}
