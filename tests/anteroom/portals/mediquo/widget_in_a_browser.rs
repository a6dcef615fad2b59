//! The widget in Chromium, on a customer's own site.

use serde_json::{Value, json};

use super::{Customer, clinic};
use crate::support::browser::{Browser, ClientSite, in_chromium};

/// A customer's page with the widget's script, and a list of the messages that come to the window.
fn customers_page(clinic: &Customer) -> String {
    format!(
        "<meta name=viewport content='width=device-width'><h1>Clinic</h1>
         <script src=\"{}\"></script>
         <script>window.heard = []; addEventListener('message', (event) => heard.push(event.data));</script>",
        clinic.realm.url("/mediquo/js/1.0.0/mediquo.js")
    )
}

/// What the promise comes to: its value, or the message it is rejected with.
async fn run(browser: &Browser, script: &str) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         (async () => {{ {script} }})().then((value) => done(value === undefined ? null : value), (error) => done('✗ ' + error.message));"
    );
    let done = browser.0.execute_async(script, Vec::new()).await;
    done.expect("the script runs").json().clone()
}

async fn heard(browser: &Browser, command: &str) -> Value {
    let script = format!(
        "for (let tries = 0; tries < 400; tries++) {{
             const found = heard.find((one) => one.command === '{command}');
             if (found) return found.detail;
             await new Promise((resolve) => setTimeout(resolve, 25));
         }}
         throw new Error('never heard ' + JSON.stringify(heard));"
    );
    run(browser, &script).await
}

async fn init(browser: &Browser, config: Value) -> Value {
    run(browser, &format!("return await MediquoWidget.init({config});")).await
}

async fn in_frame(browser: &Browser, css: &str, look: &str) -> Value {
    let frame = browser.find("#mediquo-widget-frame").await;
    frame.enter_frame().await.expect("the frame opens");
    let element = browser.find(css).await;
    let seen = match look {
        "click" => {
            element.click().await.expect("it can be clicked");
            Value::Null
        }
        _ => json!(element.text().await.expect("it has text")),
    };
    browser.0.enter_default_frame().await.expect("the page is there");
    seen
}

#[tokio::test]
async fn the_widget_lives_on_a_customers_page_with_its_methods_and_events() {
    in_chromium(async |browser| {
        let clinic = clinic().await;
        clinic.appointment("a-1").await;
        let token = clinic.token("jane-1").await;
        let site = ClientSite::open("127.0.0.1").await;
        site.show("/", &customers_page(&clinic));
        browser.open(&site.url("/")).await;

        let session = init(&browser, json!({"apiKey": "demo-api-key", "accessToken": token})).await;

        assert_eq!(session, json!({"hasActiveSession": true, "pendingConsultations": 1}));
        assert_eq!(
            heard(&browser, "consultations").await,
            json!({"pendingConsultations": 1})
        );
        browser.click("#mediquo-widget-launcher").await;
        assert_eq!(in_frame(&browser, "h1", "text").await, json!("Talk to a professional"));
        run(&browser, "MediquoWidget.open_room('prof-away');").await;
        let unavailable = json!({
            "name": "Dr. Away", "title": "Dermatologist", "avatar": "https://image.example/2.png",
            "status": "offline", "collegiate_number": null, "is_available": false,
        });
        assert_eq!(heard(&browser, "professionalIsUnavailable").await, unavailable);
        assert_eq!(in_frame(&browser, "#room-with", "text").await, json!("Dr. Away"));
        run(&browser, "MediquoWidget.open_list();").await;
        in_frame(&browser, "[data-open=prof-hash]", "click").await;
        assert_eq!(
            run(&browser, "return await MediquoWidget.getPendingConsultations();").await,
            json!(1)
        );
        run(&browser, "MediquoWidget.close();").await;
        run(&browser, "await MediquoWidget.destroy();").await;
        let left = run(&browser, "return document.querySelectorAll('#mediquo-widget').length;").await;
        assert_eq!(left, json!(0));
        let refused = format!("/mediquo/widget/frame?api_key=demo-api-key&token={token}");
        let page = clinic.realm.get(&refused).await.has_status(401);
        assert!(page.text().contains("data-reason=\"logged-out\""), "{page}");
        let again = init(
            &browser,
            json!({"apiKey": "demo-api-key", "accessToken": clinic.token("jane-1").await}),
        )
        .await;
        assert_eq!(again["hasActiveSession"], true);
    })
    .await;
}

#[tokio::test]
async fn every_method_comes_to_an_end_before_the_frame_has_loaded_and_after_logging_out() {
    in_chromium(async |browser| {
        let clinic = clinic().await;
        let site = ClientSite::open("127.0.0.1").await;
        site.show("/", &customers_page(&clinic));
        browser.open(&site.url("/")).await;
        let token = clinic.token("jane-1").await;
        let config = json!({"apiKey": "demo-api-key", "accessToken": token});

        let early = format!(
            "const init = MediquoWidget.init({config});
             const pending = await MediquoWidget.getPendingConsultations();
             await MediquoWidget.logout();
             await MediquoWidget.logout();
             const after = await MediquoWidget.getPendingConsultations();
             MediquoWidget.open_list();
             await MediquoWidget.destroy();
             return [(await init).hasActiveSession, pending, after, document.querySelectorAll('#mediquo-widget').length];"
        );
        assert_eq!(run(&browser, &early).await, json!([true, 0, 0, 0]));

        let config = json!({"apiKey": "demo-api-key", "accessToken": clinic.token("jane-1").await});
        let at_once = format!(
            "const init = MediquoWidget.init({config});
             await Promise.all([MediquoWidget.destroy(), MediquoWidget.destroy()]);
             return (await init).hasActiveSession;"
        );
        assert_eq!(run(&browser, &at_once).await, json!(true));

        let refused = format!(
            "const init = MediquoWidget.init({config}).catch((error) => error.message);
             await MediquoWidget.destroy();
             return init;"
        );
        assert_eq!(run(&browser, &refused).await, json!("The widget cannot be shown"));
        let again = init(&browser, json!({"apiKey": "demo-api-key"})).await;
        assert_eq!(again, json!({"hasActiveSession": false, "pendingConsultations": 0}));
    })
    .await;
}

#[tokio::test]
async fn a_bad_key_or_token_rejects_and_leaves_nothing_behind() {
    in_chromium(async |browser| {
        let clinic = clinic().await;
        let site = ClientSite::open("127.0.0.1").await;
        site.show("/", &customers_page(&clinic));
        browser.open(&site.url("/")).await;

        for config in [
            json!({"apiKey": "nobody"}),
            json!({"apiKey": "demo-api-key", "accessToken": "nonsense"}),
        ] {
            let rejected = init(&browser, config).await;
            assert_eq!(rejected, json!("✗ The widget cannot be shown"));
        }
        assert_eq!(
            init(&browser, json!({})).await,
            json!("✗ MediquoWidget: apiKey is required")
        );
        let left = run(&browser, "return document.querySelectorAll('#mediquo-widget').length;").await;
        assert_eq!(left, json!(0));
    })
    .await;
}

#[tokio::test]
async fn without_a_token_a_visitor_registers_in_the_frame() {
    in_chromium(async |browser| {
        let clinic = clinic().await;
        let site = ClientSite::open("127.0.0.1").await;
        site.show("/", &customers_page(&clinic));
        browser.open(&site.url("/")).await;

        let session = init(&browser, json!({"apiKey": "demo-api-key", "show": "withActiveSession"})).await;

        assert_eq!(session, json!({"hasActiveSession": false, "pendingConsultations": 0}));
        let hidden = run(
            &browser,
            "return document.getElementById('mediquo-widget-launcher').style.display;",
        )
        .await;
        assert_eq!(hidden, json!("none"));
        run(&browser, "MediquoWidget.open();").await;
        let frame = browser.find("#mediquo-widget-frame").await;
        frame.enter_frame().await.expect("the frame opens");
        browser.write("#first_name", "Guest").await;
        browser.click("#registration button").await;
        browser.find("[data-open=prof-hash]").await;
        assert!(browser.source().await.contains("Guest"));
    })
    .await;
}

#[tokio::test]
async fn the_demo_page_shows_it_without_complaints() {
    in_chromium(async |browser| {
        let clinic = clinic().await;
        browser.open(&clinic.realm.url("/mediquo/demo?patient=jane-1")).await;

        browser.find("#mediquo-widget-launcher").await;
        browser.click("[data-method=open]").await;
        in_frame(&browser, "[data-open=prof-hash]", "click").await;
        in_frame(&browser, "#to-list", "click").await;
        browser.click("[data-method=logout]").await;
        assert_eq!(
            in_frame(&browser, "[data-state=refused] h1", "text").await,
            json!("The widget cannot be shown")
        );

        let complaints = browser.complaints().await;
        // The page of a token that was logged out is a 401, which the browser mentions.
        let others: Vec<_> = complaints.iter().filter(|one| !one.contains("status of 401")).collect();
        assert!(others.is_empty(), "{others:#?}");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_redeemed_in_the_frame() {
    in_chromium(async |browser| {
        let clinic = clinic().await;
        let token = clinic.token("john-1").await;
        let path = format!("/mediquo/widget/frame?api_key=demo-api-key&token={token}&locale=en");
        browser.open(&clinic.realm.url(&path)).await;

        browser.write("#code", "WELCOME").await;
        browser.click("#redeem-form button").await;
        browser.find("#redeem-outcome[data-outcome=redeemed]").await;

        assert_eq!(clinic.patient("john-1").await["plan"], "gold");
        browser.write("#code", "OVER").await;
        browser.click("#redeem-form button").await;
        let refused = browser.find("#redeem-outcome[data-outcome=refused]").await;
        assert_eq!(refused.text().await.expect("it has text"), "The code has expired.");
        assert_eq!(clinic.patient("john-1").await["plan"], "gold");
    })
    .await;
}

#[tokio::test]
async fn the_native_page_sends_messages_to_the_app() {
    in_chromium(async |browser| {
        let clinic = clinic().await;
        let token = clinic.token("john-1").await;
        for (platform, bridge) in [
            ("ios", "window.webkit = {messageHandlers: {nativeBridge: {postMessage: (said) => heard.push(said)}}};"),
            ("android", "window.NativeBridge = {postMessage: (said) => heard.push(JSON.parse(said))};"),
        ] {
            let path = format!(
                "/mediquo/integration/native.html?api_key=demo-api-key&token={token}&platform={platform}&environment=sandbox"
            );
            browser.open(&clinic.realm.url(&path)).await;
            run(&browser, &format!("window.heard = []; {bridge}")).await;

            browser.click("#native-close").await;
            browser.click("#native-download").await;

            let heard = run(&browser, "return heard;").await;
            assert_eq!(heard[0], json!({"eventName": "mediquo_native_close", "payload": {}}), "{platform}");
            assert_eq!(heard[1]["eventName"], "mediquo_native_download");
            let url = heard[1]["payload"]["url"].as_str().expect("an address");
            assert!(url.ends_with("/8da0198f-33fa-4dbf-8f50-bbefe6fe15c1/download"), "{url}");
        }
    })
    .await;
}
