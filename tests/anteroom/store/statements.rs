//! How many statements each workload takes, `begin` and `commit` counted: on PostgreSQL each is a round trip.
//!
//! A number that grows is a cost somebody should have meant.

use super::in_process::{Site, Tokens};
use crate::support::keeper::Keeper;

struct Counted {
    site: Site,
    on_postgres: bool,
    _keeper: Keeper,
}

impl Counted {
    async fn new() -> Self {
        let mut keeper = Keeper::hire();
        let address = keeper.database();
        let site = Site::on(&address, &keeper.folder).await.unwrap();
        Self {
            site,
            on_postgres: address.starts_with("postgres"),
            _keeper: keeper,
        }
    }

    /// What the work takes, held against what it should take on SQLite and on PostgreSQL.
    async fn takes<T>(&self, on_sqlite: u64, on_postgres: u64, work: impl Future<Output = anyhow::Result<T>>) -> T {
        let before = self.site.database.statements();
        let done = work.await.unwrap();
        let taken = self.site.database.statements() - before;
        let expected = if self.on_postgres { on_postgres } else { on_sqlite };
        assert_eq!(taken, expected);
        done
    }
}

#[tokio::test]
async fn discovery_asks_the_database_nothing() {
    let counted = Counted::new().await;
    counted.takes(0, 0, counted.site.discovery()).await;
}

#[tokio::test]
async fn a_code_flow_takes_ten_round_trips() {
    let counted = Counted::new().await;
    counted.site.code_flow().await.unwrap();
    counted.takes(14, 10, counted.site.code_flow()).await;
}

#[tokio::test]
async fn the_other_workloads_take_few() {
    let counted = Counted::new().await;
    let tokens: Tokens = counted.site.code_flow().await.unwrap();

    counted.takes(1, 1, counted.site.client_credentials()).await;
    counted.takes(1, 1, counted.site.userinfo(&tokens)).await;
    counted.takes(1, 1, counted.site.introspection(&tokens)).await;
    counted.takes(7, 6, counted.site.refresh(&tokens)).await;
}
