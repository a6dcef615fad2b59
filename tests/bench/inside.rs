//! What the parts of an answer cost, in process: signing, verifying, redacting, routing, and one flow (`cargo bench
//! --bench inside`).
//!
//! With `flows COUNT` it runs that many code flows and nothing else: `tests/bench/instructions` counts their
//! instructions.

#[expect(dead_code, reason = "tests use the rest")]
mod in_process;

use std::{cell::RefCell, hint::black_box};

use anteroom::{keys::KeyRing, model::SigningAlgorithm};
use criterion::{Criterion, criterion_group};
use in_process::Site;
use tokio::runtime::Runtime;

const CLAIMS: &[u8] =
    br#"{"iss":"http://localhost:8080","sub":"anne","aud":"demo-client","exp":1764550800,"iat":1764547200}"#;

fn signatures(criterion: &mut Criterion) {
    let ring = KeyRing::development();
    for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es256] {
        let key = ring.signs_with(algorithm).expect("a development key");
        let signature = key.sign(CLAIMS).expect("a signature");
        criterion.bench_function(&format!("sign {algorithm}"), |bencher| {
            bencher.iter(|| key.sign(black_box(CLAIMS)));
        });
        criterion.bench_function(&format!("verify {algorithm}"), |bencher| {
            bencher.iter(|| key.verifies(black_box(CLAIMS), &signature));
        });
    }
}

fn answers(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let site = runtime.block_on(Site::open(folder.path())).expect("a server");
    let tokens = runtime.block_on(site.code_flow()).expect("a code flow");
    let mut measure = |name: &str, answer: &dyn AsyncAnswer| {
        criterion.bench_function(name, |bencher| bencher.iter(|| answer.once(&runtime)));
    };
    measure("route: not found", &|runtime: &Runtime| {
        runtime.block_on(site.nowhere())
    });
    measure("discovery", &|runtime: &Runtime| runtime.block_on(site.discovery()));
    measure("client credentials", &|runtime: &Runtime| {
        runtime.block_on(site.client_credentials())
    });
    measure("userinfo", &|runtime: &Runtime| {
        runtime.block_on(site.userinfo(&tokens))
    });
    let newest = RefCell::new(runtime.block_on(site.code_flow()).expect("a code flow"));
    measure("refresh", &|runtime: &Runtime| {
        let next = runtime.block_on(site.refresh(&newest.borrow()))?;
        newest.replace(next);
        Ok(())
    });
    measure("code flow", &|runtime: &Runtime| {
        runtime.block_on(site.code_flow()).map(drop)
    });
}

/// One request, answered.
trait AsyncAnswer {
    fn once(&self, runtime: &Runtime);
}

impl<F: Fn(&Runtime) -> anyhow::Result<()>> AsyncAnswer for F {
    fn once(&self, runtime: &Runtime) {
        self(runtime).expect("an answer");
    }
}

criterion_group!(benches, signatures, answers);

/// `COUNT` code flows. On one thread, so that what is counted is repeatable.
fn flows(count: u32) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let site = Site::open(folder.path()).await?;
        for _ in 0..count {
            site.code_flow().await?;
        }
        Ok(())
    })
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match &*arguments {
        [word, count, ..] if word == "flows" => flows(count.parse()?),
        _ => {
            benches();
            Criterion::default().configure_from_args().final_summary();
            Ok(())
        }
    }
}
