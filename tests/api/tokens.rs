//! Tokens, good and hostile.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::keys::{AUDIENCE, ISSUER, KEYS, Sign, base64url, claims, ec_jwk, header, key_set, token, token_of, with, without};
use crate::support::{Answer, BASE, Options, TestApp};

const READ: &str = "insights:read";

/// The status of a GET with this `Authorization`; 404 means that it was let in.
async fn asked(app: &TestApp, authorization: &str) -> Answer {
    Answer::of(app.bare("GET", &format!("{BASE}/{}", Uuid::nil())).header("authorization", authorization)).await
}

async fn status(app: &TestApp, token: &str) -> u16 {
    let answer = asked(app, &format!("Bearer {token}")).await;
    let challenge = answer.header("www-authenticate");
    assert_eq!(challenge, if answer.status == 401 { "Bearer error=\"invalid_token\"" } else { "" }, "{}", answer.status);
    answer.status
}

fn good(app: &TestApp) -> Value {
    claims("lender", READ, app.now().as_second())
}

#[tokio::test]
async fn what_is_good_is_let_in() {
    let app = TestApp::start().await;
    let now = app.now().as_second();
    let good = good(&app);
    for (what, header, claims, sign) in [
        ("ES256", header(), good.clone(), Sign::Es256),
        ("EdDSA", json!({ "alg": "EdDSA", "typ": "JWT", "kid": "ed" }), good.clone(), Sign::EdDsa),
        ("PS256", json!({ "alg": "PS256", "typ": "JWT", "kid": "rsa" }), good.clone(), Sign::Ps256),
        ("no kid, one key fits", without(header(), "kid"), good.clone(), Sign::Es256),
        ("media type in full", with(header(), "typ", json!("application/AT+JWT")), good.clone(), Sign::Es256),
        (
            "jku and jwk are not read",
            with(with(header(), "jku", json!("http://127.0.0.1:1/")), "jwk", json!({})),
            good.clone(),
            Sign::Es256,
        ),
        ("an array of audiences", header(), with(good.clone(), "aud", json!(["other", AUDIENCE])), Sign::Es256),
        ("azp", header(), with(without(good.clone(), "client_id"), "azp", json!("lender")), Sign::Es256),
        ("sub", header(), with(without(good.clone(), "client_id"), "sub", json!("lender")), Sign::Es256),
        ("no nbf, no iat", header(), without(without(good.clone(), "nbf"), "iat"), Sign::Es256),
        ("a fraction", header(), with(good.clone(), "exp", serde_json::from_str(&format!("{now}.5")).expect("a number")), Sign::Es256),
        ("far away", header(), with(good.clone(), "exp", json!(i64::MAX)), Sign::Es256),
        ("within the leeway", header(), with(good.clone(), "exp", json!(now - 59)), Sign::Es256),
        ("nbf within the leeway", header(), with(good.clone(), "nbf", json!(now + 60)), Sign::Es256),
        ("more scopes", header(), with(good.clone(), "scope", json!("openid insights:read other")), Sign::Es256),
        ("a name of 255", header(), with(good.clone(), "client_id", json!("c".repeat(255))), Sign::Es256),
    ] {
        assert_eq!(status(&app, &token(&header, &claims, sign)).await, 404, "{what}");
    }
    for scheme in ["bearer", "BEARER"] {
        assert_eq!(asked(&app, &format!("{scheme}   {}", app.token("lender"))).await.status, 404, "{scheme}");
    }
}

#[tokio::test]
async fn what_is_hostile_is_not() {
    let app = TestApp::start().await;
    let now = app.now().as_second();
    let good = good(&app);
    let claim = |name: &str, value: Value| token(&header(), &with(good.clone(), name, value), Sign::Es256);
    let head = |name: &str, value: Value| token(&with(header(), name, value), &good, Sign::Es256);
    let whole = token(&header(), &good, Sign::Es256);
    let (signed, signature) = whole.rsplit_once('.').expect("three parts");
    let (first, second) = signed.split_once('.').expect("three parts");
    let other_claims = base64url(with(good.clone(), "client_id", json!("victim")).to_string());
    for (what, token) in [
        ("alg none", token(&with(header(), "alg", json!("none")), &good, Sign::Nothing)),
        ("alg None with a signature", head("alg", json!("None"))),
        ("no signature", format!("{signed}.")),
        ("HS256 under the public key", token(&with(header(), "alg", json!("HS256")), &good, Sign::Hs256)),
        ("RS256 is not configured", token(&json!({ "alg": "RS256", "typ": "JWT", "kid": "rsa" }), &good, Sign::Rs256)),
        ("PS256 header, RS256 signature", token(&json!({ "alg": "PS256", "typ": "JWT", "kid": "rsa" }), &good, Sign::Rs256)),
        ("another algorithm's key", token(&with(header(), "kid", json!("ed")), &good, Sign::Es256)),
        ("an algorithm nobody knows", head("alg", json!("ES256K"))),
        ("ES384 with an ES256 key", head("alg", json!("ES384"))),
        ("alg is a list", head("alg", json!(["ES256"]))),
        ("no alg", token(&without(header(), "alg"), &good, Sign::Es256)),
        ("another's key", token(&header(), &good, Sign::OtherEs256)),
        ("other claims under the signature", format!("{first}.{other_claims}.{signature}")),
        ("an unknown kid", head("kid", json!("unknown"))),
        ("kid is a path", head("kid", json!("../../dev/null"))),
        ("kid is null", head("kid", Value::Null)),
        ("kid is a number", head("kid", json!(1))),
        ("no typ", token(&without(header(), "typ"), &good, Sign::Es256)),
        ("an id token's typ", head("typ", json!("id+jwt"))),
        ("typ is empty", head("typ", json!(""))),
        ("crit", head("crit", json!(["exp"]))),
        ("crit is empty", head("crit", json!([]))),
        ("crit is null", head("crit", Value::Null)),
        ("exp is past", claim("exp", json!(now - 60))),
        ("exp is long past", claim("exp", json!(0))),
        ("no exp", token(&header(), &without(good.clone(), "exp"), Sign::Es256)),
        ("exp is null", claim("exp", Value::Null)),
        ("exp is text", claim("exp", json!((now + 60).to_string()))),
        ("exp is beyond 64 bits", claim("exp", json!(u64::MAX))),
        ("exp is huge", token_of(&header().to_string(), &good.to_string().replace(&(now + 3600).to_string(), "1e30"), Sign::Es256)),
        (
            "exp is beyond a float",
            token_of(&header().to_string(), &good.to_string().replace(&(now + 3600).to_string(), "1e999"), Sign::Es256),
        ),
        ("nbf is in the future", claim("nbf", json!(now + 61))),
        ("nbf is text", claim("nbf", json!("now"))),
        ("nbf is null", claim("nbf", Value::Null)),
        ("iat is text", claim("iat", json!("now"))),
        ("no iss", token(&header(), &without(good.clone(), "iss"), Sign::Es256)),
        ("another issuer", claim("iss", json!(format!("{ISSUER}/")))),
        ("iss is a list", claim("iss", json!([ISSUER]))),
        ("no aud", token(&header(), &without(good.clone(), "aud"), Sign::Es256)),
        ("another audience", claim("aud", json!("https://other.example"))),
        ("aud is empty", claim("aud", json!([]))),
        ("aud has a number", claim("aud", json!([AUDIENCE, 1]))),
        ("aud is an object", claim("aud", json!({ "0": AUDIENCE }))),
        ("no client", token(&header(), &without(good.clone(), "client_id"), Sign::Es256)),
        ("client_id is empty", claim("client_id", json!(""))),
        ("client_id is null", claim("client_id", Value::Null)),
        ("client_id is a number", claim("client_id", json!(7))),
        ("client_id has a space", claim("client_id", json!("len der"))),
        ("client_id has a line", claim("client_id", json!("lender\nadmin"))),
        ("client_id is not ASCII", claim("client_id", json!("lénder"))),
        ("client_id is long", claim("client_id", json!("c".repeat(256)))),
        ("scope is a list", claim("scope", json!([READ]))),
        ("a claim twice", token_of(&header().to_string(), &good.to_string().replacen('{', r#"{"client_id":"victim","#, 1), Sign::Es256)),
        ("alg twice", token_of(&header().to_string().replacen('{', r#"{"alg":"none","#, 1), &good.to_string(), Sign::Es256)),
        ("padding", format!("{first}.{second}.{signature}==")),
        ("standard base64", format!("{first}.{second}.{}", signature.replace(['-', '_'], "+"))),
        ("left-over bits", format!("{first}.{second}.{}", other_spelling(signature))),
        ("a space inside", format!("{first}. {second}.{signature}")),
        ("two parts", signed.to_owned()),
        ("four parts", format!("{whole}.x")),
        ("five parts", format!("{first}.{second}.{signature}.{second}.{signature}")),
        ("dots", "..".to_owned()),
        ("a header that is no JSON", token_of("{", &good.to_string(), Sign::Es256)),
        ("claims that are no JSON", token_of(&header().to_string(), "no", Sign::Es256)),
        ("claims that are a list", token_of(&header().to_string(), "[]", Sign::Es256)),
        ("a header with a tail", token_of(&format!("{}x", header()), &good.to_string(), Sign::Es256)),
        ("a long header", head("x", json!("x".repeat(2000)))),
        ("a long token", claim("x", json!("x".repeat(7000)))),
    ] {
        assert_eq!(status(&app, &token).await, 401, "{what}");
    }
}

/// The same bytes, spelt with another last character.
fn other_spelling(part: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (head, last) = part.split_at(part.len() - 1);
    let index = ALPHABET.iter().position(|&letter| letter == last.as_bytes()[0]).expect("base64url");
    format!("{head}{}", char::from(ALPHABET[index | 1]))
}

#[tokio::test]
async fn a_token_stands_in_one_authorization_header() {
    let app = TestApp::start().await;
    let token = app.token("lender");
    let path = format!("{BASE}/{}", Uuid::nil());
    for authorization in ["", "Bearer", "Bearer ", "Basic bGVuZGVyOngK", &token] {
        let answer = asked(&app, authorization).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{authorization}");
    }
    let twice =
        app.bare("GET", &path).header("authorization", format!("Bearer {token}")).header("authorization", format!("Bearer {token}"));
    let answer = Answer::of(twice).await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer error=\"invalid_token\""));
    let in_the_query = app.bare("GET", &format!("{path}?access_token={token}"));
    assert_eq!(Answer::of(in_the_query).await.status, 401);
    let in_the_body =
        app.bare("POST", BASE).header("content-type", "application/x-www-form-urlencoded").body(format!("access_token={token}"));
    assert_eq!(Answer::of(in_the_body).await.status, 401);
}

#[tokio::test]
async fn every_method_has_its_scope() {
    let app = TestApp::start().await;
    let one = format!("{BASE}/{}", Uuid::nil());
    for (method, path, scope) in [
        ("POST", BASE, "insights:write"),
        ("GET", &*one, "insights:read"),
        ("HEAD", &one, "insights:read"),
        ("DELETE", &one, "insights:delete"),
    ] {
        for granted in ["insights:write", "insights:read", "insights:delete", "", "insights:READ", "insights:writeinsights:read"] {
            let answer = Answer::of(app.bare(method, path).bearer_auth(app.token_for("lender", granted))).await;
            assert_eq!(answer.status == 403, granted != scope, "{method} with {granted}: {}", answer.status);
            if answer.status == 403 {
                let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
                assert_eq!(answer.header("www-authenticate"), challenge);
            }
        }
    }
    let none = token(&header(), &without(good(&app), "scope"), Sign::Es256);
    assert_eq!(Answer::of(app.bare("GET", &one).bearer_auth(none)).await.status, 403);
}

#[tokio::test]
async fn rs256_is_an_option() {
    let app = TestApp::with(Options { algorithms: vec![Algorithm::RS256], ..Options::default() }).await;
    let rsa = |alg: &str| json!({ "alg": alg, "typ": "JWT", "kid": "rsa" });
    assert_eq!(status(&app, &token(&rsa("RS256"), &good(&app), Sign::Rs256)).await, 404);
    assert_eq!(status(&app, &token(&rsa("PS256"), &good(&app), Sign::Ps256)).await, 401, "and then it is the only one");
    assert_eq!(status(&app, &token(&header(), &good(&app), Sign::Es256)).await, 401);
}

#[tokio::test]
async fn a_symmetric_algorithm_cannot_be_configured_to_work() {
    let mut set = key_set();
    set["keys"].as_array_mut().expect("an array").push(json!({ "kty": "oct", "kid": "ec", "alg": "HS256", "k": "c2VjcmV0" }));
    let algorithms = vec![Algorithm::HS256, Algorithm::ES256];
    let app = TestApp::with(Options { algorithms, keys: Ok(set.to_string()), ..Options::default() }).await;
    assert_eq!(status(&app, &token(&with(header(), "alg", json!("HS256")), &good(&app), Sign::Hs256)).await, 401);
    assert_eq!(status(&app, &token(&header(), &good(&app), Sign::Es256)).await, 404);
}

#[tokio::test]
async fn a_remembered_token_still_expires() {
    let app = TestApp::start().await;
    let now = app.now().as_second();
    let short = token(&header(), &with(good(&app), "exp", json!(now + 5)), Sign::Es256);
    assert_eq!(status(&app, &short).await, 404);
    app.pass(64);
    assert_eq!(status(&app, &short).await, 404, "within the leeway");
    app.pass(1);
    assert_eq!(status(&app, &short).await, 401);
}

#[tokio::test]
async fn the_client_is_the_first_that_is_named() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    let named = |client: &str, party: &str, subject: &str| {
        let claims = with(with(claims(client, READ, app.now().as_second()), "azp", json!(party)), "sub", json!(subject));
        token(&header(), &claims, Sign::Es256)
    };
    let get = |token: String| Answer::of(app.bare("GET", &format!("{BASE}/{id}")).bearer_auth(token));
    assert_eq!(get(named("lender", "x", "y")).await.status, 204);
    assert_eq!(get(named("x", "lender", "lender")).await.status, 404);
}

#[tokio::test]
async fn two_keys_without_a_name_fit_nobody() {
    let other = ec_jwk(&KEYS.other_ec, "y");
    let set = json!({ "keys": [without(ec_jwk(&KEYS.ec, "x"), "kid"), without(other, "kid")] });

    let app = TestApp::with(Options { keys: Ok(set.to_string()), ..Options::default() }).await;
    assert_eq!(status(&app, &token(&without(header(), "kid"), &good(&app), Sign::Es256)).await, 401);
}
