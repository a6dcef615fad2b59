//! The flows of a realm: which ties belong to which, and who takes part.

use std::collections::HashMap;

use super::{exchange::Exchange, flow::FlowId, recording::Parties};

/// The flows of the exchanges that a realm's ring holds.
#[derive(Debug, Default)]
pub struct Flows {
    /// Which flow a tie belongs to, and how many exchanges of the ring have it.
    of_tie: HashMap<u64, (FlowId, usize)>,
    /// Who takes part in a flow, and how many of its exchanges the ring has.
    known: HashMap<FlowId, (Parties, usize)>,
    last: u64,
}

impl Flows {
    /// Puts an exchange into its flow, or begins one with it. The exchange and the flow learn each other's parties.
    pub fn admit(&mut self, exchange: &mut Exchange) {
        if exchange.ties.is_empty() {
            return;
        }
        let known = exchange.ties.iter().find_map(|tie| self.of_tie.get(tie));
        let flow = known.map(|(flow, _)| *flow).unwrap_or_else(|| {
            self.last += 1;
            FlowId(self.last)
        });
        for tie in &exchange.ties {
            self.of_tie.entry(*tie).or_insert((flow, 0)).1 += 1;
        }
        let (parties, exchanges) = self.known.entry(flow).or_default();
        *exchanges += 1;
        *parties = exchange.parties.or(parties);
        exchange.parties = parties.clone();
        exchange.flow = Some(flow);
    }

    /// An exchange was dropped from the ring.
    pub fn dismiss(&mut self, exchange: &Exchange) {
        for tie in &exchange.ties {
            if let Some((_, exchanges)) = self.of_tie.get_mut(tie) {
                *exchanges -= 1;
                if *exchanges == 0 {
                    self.of_tie.remove(tie);
                }
            }
        }
        if let Some(flow) = exchange.flow
            && let Some((_, exchanges)) = self.known.get_mut(&flow)
        {
            *exchanges -= 1;
            if *exchanges == 0 {
                self.known.remove(&flow);
            }
        }
    }

    /// Who takes part in a flow.
    pub fn parties(&self, flow: FlowId) -> Option<&Parties> {
        self.known.get(&flow).map(|(parties, _)| parties)
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.of_tie.is_empty() && self.known.is_empty()
    }
}
