//! The life of codes and tokens, played at random against a model of it: whatever happens in whichever order, the
//! server refuses and accepts as the model does, and never one time more or less.

use std::fmt::Write;

use crate::support::{ClientApp, Code, Realm, Tokens, UserAgent, dice::Dice, fresh_realm, portal_realm};

/// Seconds of the realm's clock since the test began.
type Time = u64;

const ACCESS_TOKEN: Time = 7200;
const REFRESH_TOKEN: Time = 30 * 24 * 3600;
const GRACE: Time = 60;

/// Just short of a lifetime and just beyond it, and never in the very second of its end, which is nobody's business:
/// all are multiples of seven, and no lifetime is.
const WAITS: [Time; 9] = [7, 56, 56, 63, 595, 602, 7196, 7203, 2_591_994];

/// What differs between the policies.
#[derive(Clone, Copy)]
struct Rules {
    code: Time,
    /// `portal`: the pair is replaced at once, without grace, expiry or alarm; revoking either half ends the pair.
    pairs: bool,
}

/// One sign-in and all that came of it.
struct Grant {
    code: Code,
    code_until: Time,
    redeemed: bool,
    ended: bool,
    access: Vec<Access>,
    refresh: Vec<Refresh>,
}

struct Access {
    token: String,
    until: Time,
    revoked: bool,
    /// The refresh token of its pair.
    pair: usize,
}

struct Refresh {
    token: String,
    until: Time,
    used_at: Option<Time>,
    successor: Option<usize>,
    revoked: bool,
}

struct Game {
    realm: Realm,
    client: ClientApp,
    browser: UserAgent,
    rules: Rules,
    now: Time,
    grants: Vec<Grant>,
    /// What was done, for whoever has to find out why.
    story: String,
}

impl Game {
    fn new(realm: Realm, rules: Rules) -> Self {
        Self {
            client: realm.demo_client().asking_for("openid profile_read"),
            browser: realm.user_agent(),
            realm,
            rules,
            now: 0,
            grants: Vec::new(),
            story: String::new(),
        }
    }

    async fn play(&mut self, dice: &mut Dice) {
        let grant = dice.below(self.grants.len().max(1));
        match dice.below(12) {
            _ if self.grants.is_empty() => self.authorize().await,
            0 | 1 => self.authorize().await,
            2 | 3 => self.redeem(grant).await,
            4 => self.redeem_wrongly(grant, dice).await,
            5 | 6 => {
                let which = self.pick_refresh(grant, dice);
                self.refresh(grant, which).await;
            }
            7 => self.return_late(grant, dice).await,
            8 => self.revoke_refresh(grant, dice).await,
            9 => self.revoke_access(grant, dice).await,
            _ => self.wait(dice.one_of(&WAITS)).await,
        }
        self.compare(grant).await;
    }

    fn note(&mut self, what: &str) {
        writeln!(self.story, "  at {:>7} s: {what}", self.now).expect("memory");
    }

    async fn authorize(&mut self) {
        self.note(&format!("grant {} begins", self.grants.len()));
        let request = self.client.request();
        let callback = request.authorize(&self.browser, "anne").await;
        self.grants.push(Grant {
            code: request.code_in(&callback),
            code_until: self.now + self.rules.code,
            redeemed: false,
            ended: false,
            access: Vec::new(),
            refresh: Vec::new(),
        });
    }

    async fn redeem(&mut self, number: usize) {
        self.note(&format!("the code of grant {number} is redeemed"));
        let answer = self.client.redeem(&self.grants[number].code).await;
        let (now, grant) = (self.now, &mut self.grants[number]);
        if grant.redeemed {
            grant.ended = true;
        } else if now < grant.code_until && !grant.ended {
            grant.redeemed = true;
            let tokens = Tokens::read_with(answer, &self.story);
            grant.refresh.push(Refresh::new(&tokens, now, self.rules));
            grant.access.push(Access::new(&tokens, now, 0));
            return;
        }
        answer.is_refused_in(&self.story);
    }

    /// By another client, or with another redirect URI: refused, and nothing comes of it.
    async fn redeem_wrongly(&mut self, number: usize, dice: &mut Dice) {
        self.note(&format!("the code of grant {number} is redeemed wrongly"));
        let code = &self.grants[number].code;
        let stranger = self.realm.demo_spa().redemption(code);
        let elsewhere = self
            .client
            .redemption(code)
            .with("redirect_uri", "http://127.0.0.1:1/elsewhere");
        let unredeemed = !self.grants[number].redeemed;
        let call = if unredeemed && dice.below(2) == 0 {
            elsewhere
        } else {
            stranger
        };
        call.send().await.is_refused_in(&self.story);
    }

    /// A reply is lost, or a second tab is slow: the newest token is used, and after a while once more.
    async fn return_late(&mut self, number: usize, dice: &mut Dice) {
        let newest = self.grants[number].refresh.len().checked_sub(1);
        self.refresh(number, newest).await;
        for _ in 0..dice.below(3) {
            self.wait(dice.one_of(&[7, 56, 63])).await;
            self.refresh(number, newest).await;
        }
    }

    async fn refresh(&mut self, number: usize, which: Option<usize>) {
        let Some(which) = which else { return };
        self.note(&format!("refresh token {which} of grant {number} is used"));
        let answer = self.client.refresh(&self.grants[number].refresh[which].token).await;
        let (now, rules, grant) = (self.now, self.rules, &mut self.grants[number]);
        let token = &grant.refresh[which];
        if grant.ended || token.revoked {
            answer.is_refused_in(&self.story);
            return;
        }
        let Some(used_at) = token.used_at else {
            if now >= token.until {
                answer.is_refused_in(&self.story);
                return;
            }
            let tokens = Tokens::read_with(answer, &self.story);
            let next = grant.refresh.len();
            grant.refresh.push(Refresh::new(&tokens, now, rules));
            grant.refresh[which].used_at = Some(now);
            grant.refresh[which].successor = Some(next);
            if rules.pairs {
                grant
                    .access
                    .iter_mut()
                    .filter(|access| access.pair == which)
                    .for_each(|access| access.revoked = true);
            }
            grant.access.push(Access::new(&tokens, now, next));
            return;
        };
        let successor = token.successor.expect("a used token has one");
        if rules.pairs {
            answer.is_refused_in(&self.story);
        } else if now - used_at < GRACE && grant.refresh[successor].used_at.is_none() {
            let tokens = Tokens::read_with(answer, &self.story);
            assert_eq!(
                tokens.refresh_token(),
                grant.refresh[successor].token,
                "another successor:\n{}",
                self.story
            );
            grant.access.push(Access::new(&tokens, now, successor));
        } else {
            answer.is_refused_in(&self.story);
            grant.ended = true;
        }
    }

    async fn revoke_refresh(&mut self, number: usize, dice: &mut Dice) {
        let Some(which) = self.pick_refresh(number, dice) else {
            return;
        };
        if self.rules.pairs && self.grants[number].refresh[which].used_at.is_some() {
            return; // what the portal does with half a pair that is gone nobody has seen
        }
        self.note(&format!("refresh token {which} of grant {number} is revoked"));
        self.client
            .revoke(&self.grants[number].refresh[which].token)
            .await
            .is_ok();
        let (pairs, grant) = (self.rules.pairs, &mut self.grants[number]);
        if pairs {
            grant.end_pair(which);
        } else {
            grant.ended = true;
        }
    }

    async fn revoke_access(&mut self, number: usize, dice: &mut Dice) {
        if self.grants[number].access.is_empty() {
            return;
        }
        let which = dice.below(self.grants[number].access.len());
        let access = &self.grants[number].access[which];
        if self.rules.pairs && (access.revoked || self.now >= access.until) {
            return; // as above
        }
        self.note(&format!("access token {which} of grant {number} is revoked"));
        self.client
            .revoke(&self.grants[number].access[which].token)
            .await
            .is_ok();
        let (pairs, grant) = (self.rules.pairs, &mut self.grants[number]);
        grant.access[which].revoked = true;
        if pairs {
            let pair = grant.access[which].pair;
            grant.end_pair(pair);
        }
    }

    async fn wait(&mut self, seconds: Time) {
        self.realm.advance(&format!("PT{seconds}S")).await;
        self.now += seconds;
    }

    /// The newest one more often than its parent, and that more often than the rest.
    fn pick_refresh(&self, number: usize, dice: &mut Dice) -> Option<usize> {
        let newest = self.grants[number].refresh.len().checked_sub(1)?;
        Some(if dice.below(3) > 0 {
            newest
        } else {
            dice.below(newest + 1)
        })
    }

    /// What the server says of every token of this grant is what the model says.
    async fn compare(&self, number: usize) {
        let Some(grant) = self.grants.get(number) else { return };
        for (which, access) in grant.access.iter().enumerate() {
            let alive = !grant.ended && !access.revoked && self.now < access.until;
            let said = self.realm.accepts(&access.token).await;
            assert_eq!(said, alive, "access token {which} of grant {number}:\n{}", self.story);
        }
        for (which, refresh) in grant.refresh.iter().enumerate() {
            let alive = !grant.ended && !refresh.revoked && refresh.used_at.is_none() && self.now < refresh.until;
            let said = self.realm.accepts(&refresh.token).await;
            assert_eq!(said, alive, "refresh token {which} of grant {number}:\n{}", self.story);
        }
    }
}

impl Grant {
    fn end_pair(&mut self, pair: usize) {
        self.refresh[pair].revoked = true;
        self.access
            .iter_mut()
            .filter(|access| access.pair == pair)
            .for_each(|access| access.revoked = true);
    }
}

impl Refresh {
    fn new(tokens: &Tokens, now: Time, rules: Rules) -> Self {
        let until = if rules.pairs { Time::MAX } else { now + REFRESH_TOKEN };
        Self {
            token: tokens.refresh_token().to_owned(),
            until,
            used_at: None,
            successor: None,
            revoked: false,
        }
    }
}

impl Access {
    fn new(tokens: &Tokens, now: Time, pair: usize) -> Self {
        Self {
            token: tokens.access_token.clone(),
            until: now + ACCESS_TOKEN,
            revoked: false,
            pair,
        }
    }
}

#[tokio::test]
async fn of_policy_default_is_as_the_model_says() {
    for seed in 0..20 {
        let mut game = Game::new(fresh_realm().await, Rules { code: 60, pairs: false });
        game.note(&format!("seed {seed}"));
        let mut dice = Dice::new(seed);
        for _ in 0..40 {
            game.play(&mut dice).await;
        }
    }
}

#[tokio::test]
async fn of_policy_portal_is_as_the_model_says() {
    for seed in 100..120 {
        let mut game = Game::new(portal_realm().await, Rules { code: 600, pairs: true });
        game.note(&format!("seed {seed}"));
        let mut dice = Dice::new(seed);
        for _ in 0..40 {
            game.play(&mut dice).await;
        }
    }
}
