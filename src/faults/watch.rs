//! What one request carries of its realm's armed faults: those that wait for requests like it, and the marks they
//! leave.
//!
//! The service around the routes begins a watch and everything below answers within it, so that a fault point deep
//! inside (the mint, say) finds the faults of this very request without being handed anything. Where nothing is armed
//! there is no watch.

use std::sync::Arc;

use parking_lot::Mutex;

use super::{
    armed::Armed,
    call::{Asked, Call, Here, Subject},
};
use crate::model::{FaultMark, FaultMarks};

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

    /// Counts the call; where the fault triggers, its mark is set.
    pub fn trigger<'a>(&'a self, armed: &'a Armed) -> Option<Call<'a>> {
        let call = Call {
            parameters: &armed.parameters,
            events: armed.events(),
            asked: &self.asked,
            here: &self.here,
        };
        if !(armed.row.applies)(&call) || !armed.trigger(&self.here.random) {
            return None;
        }
        let mark = FaultMark {
            id: armed.id.clone(),
            fault: armed.row.name,
        };
        self.marks.lock().push(mark);
        tracing::info!(fault = armed.row.name, id = armed.id, "an armed fault triggers");
        Some(call)
    }

    /// Takes a trigger back that found nothing to change: neither the call nor the trigger counts, and the mark is
    /// taken off.
    pub fn take_back(&self, armed: &Armed) {
        armed.take_back();
        let mut marks = self.marks.lock();
        if let Some(last) = marks.iter().rposition(|mark| mark.id == armed.id) {
            marks.remove(last);
        }
    }

    /// What has triggered so far.
    pub fn marks(&self) -> FaultMarks {
        FaultMarks(self.marks.lock().clone())
    }
}

/// For a task that goes on with a request's answer: the same watch there.
pub async fn carried<F: Future>(watch: Option<Arc<Watch>>, answering: F) -> F::Output {
    match watch {
        Some(watch) => watch.over(answering).await,
        None => answering.await,
    }
}
