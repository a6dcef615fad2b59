//! Trying again what could not be delivered, when the realm's clock comes to it.

use std::time::Duration;

use super::{
    App,
    agenda::{Firing, Handler, Occasion},
};
use crate::{
    model::{DeliveryState, RealmId},
    outbox::RETRY,
    store::{Tx, deliveries},
};

/// How long a turn of the clock waits for one try: as long as it may take, and then the clock goes on without it.
const PATIENCE: Duration = Duration::from_secs(25);
/// How often is looked without having been rung for: another process may have made the try.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Who does what the outbox puts on a realm's agenda.
pub const HANDLER: Handler = Handler { kind: RETRY, fire };

fn fire<'a>(tx: &'a mut Tx, occasion: Occasion<'a>) -> Firing<'a> {
    Box::pin(async move {
        let (realm, id) = (occasion.realm.id, occasion.subject.to_owned());
        if !deliveries::wake(tx, realm, &id, occasion.now).await? {
            return Ok(None); // delivered meanwhile, or removed
        }
        let app = occasion.app.clone();
        Ok(Some(Box::pin(async move { see_to(&app, realm, &id).await }) as _))
    })
}

/// Has a delivery tried, and waits for what comes of it, so that a clock on its way stands where it was due.
async fn see_to(app: &App, realm: RealmId, id: &str) {
    let mut notify = app.outbox.listen();
    app.outbox.notify();
    let tried = async {
        while let Ok(true) = is_due(app, realm, id).await {
            tokio::select! {
                _ = notify.changed() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    };
    tokio::select! {
        () = tried => {}
        () = app.shutdown.cancelled() => {}
        () = tokio::time::sleep(PATIENCE) => {}
    }
}

async fn is_due(app: &App, realm: RealmId, id: &str) -> crate::store::Result<bool> {
    let delivery = deliveries::find(&mut app.database.read().await?, realm, id).await?;
    Ok(delivery.is_some_and(|delivery| delivery.state == DeliveryState::Due))
}
