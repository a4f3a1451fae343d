//! Requests to the network; wants `permissions.network` in the manifest.
//!
//! ```no_run
//! # fn main() -> Result<(), String> {
//! use pocket_plugin_sdk::{Value, http, json};
//!
//! let page = http::get("https://example.com/").send()?.text();
//! let request = http::post("https://api.example.com/v1").header("authorization", "Bearer …");
//! let answer: Value = request.json(&json!({"q": page}))?.send()?.parse()?;
//! # Ok(())
//! # }
//! ```

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{ErrorCode, HostError, base64, host};

/// A request, built step by step and then [sent](Self::send).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` or `OPTIONS`.
    pub method: String,
    /// An absolute URL of http or https.
    pub url: String,
    /// Names and values, in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// What is sent after the headers, if anything.
    pub body: Option<Vec<u8>>,
}

/// What a server answered, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// Such as 200 or 404.
    pub status: u16,
    /// Where the answer came from, after all redirects.
    pub url: String,
    /// Names and values as they came.
    pub headers: Vec<(String, String)>,
    /// The whole body, unpacked.
    pub body: Vec<u8>,
    /// Whether it came from another URL than that of the request.
    pub redirected: bool,
}

/// A body in JSON: text where it is UTF-8, base64 where not.
#[derive(Serialize, Deserialize, Default)]
pub(crate) struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(rename = "bodyBase64", skip_serializing_if = "Option::is_none")]
    encoded: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct WireRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    #[serde(flatten)]
    body: Body,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct WireResponse {
    status: u16,
    url: String,
    headers: Vec<(String, String)>,
    redirected: bool,
    #[serde(flatten)]
    body: Body,
}

/// Begin a GET request.
pub fn get(url: impl Into<String>) -> Request {
    request("GET", url)
}

/// Begin a POST request.
pub fn post(url: impl Into<String>) -> Request {
    request("POST", url)
}

/// Begin a request of any method.
pub fn request(method: impl Into<String>, url: impl Into<String>) -> Request {
    Request {
        method: method.into(),
        url: url.into(),
        headers: Vec::new(),
        body: None,
    }
}

impl Request {
    /// Add a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Set the body, text or bytes.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Set the body to JSON, and the header that says so.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Self, HostError> {
        let body = serde_json::to_vec(value)
            .map_err(|error| HostError::new(ErrorCode::InvalidRequest, error.to_string()))?;
        Ok(self.header("content-type", "application/json").body(body))
    }

    /// Send the request and wait for the whole response; a status of 404 is a response too.
    pub fn send(self) -> Result<Response, HostError> {
        let response: WireResponse = host::ask("http.request", &WireRequest::from(self))?;
        response.try_into()
    }
}

impl Response {
    /// Make a response; tests of a plugin need it.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            url: String::new(),
            headers: Vec::new(),
            body: body.into(),
            redirected: false,
        }
    }

    /// Add a header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Whether the status is one of success, 200 to 299.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of a name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    /// The body as text; what is not UTF-8 in it is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Read the body as JSON; the error says what is wrong and where.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_slice(&self.body).map_err(|error| format!("{}: {error}", self.url))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self {
                body: Some(text),
                encoded: None,
            },
            Err(error) => Self {
                body: None,
                encoded: Some(base64::encode(error.as_bytes())),
            },
        }
    }
}

impl Body {
    fn bytes(self) -> Result<Option<Vec<u8>>, HostError> {
        let Some(encoded) = self.encoded else {
            return Ok(self.body.map(String::into_bytes));
        };
        let bytes = base64::decode(&encoded);
        let bytes = bytes.ok_or_else(|| HostError::new(ErrorCode::Unexpected, "no base64"))?;
        Ok(Some(bytes))
    }
}

impl From<Request> for WireRequest {
    fn from(request: Request) -> Self {
        Self {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body.map(Body::from).unwrap_or_default(),
        }
    }
}

impl TryFrom<WireRequest> for Request {
    type Error = HostError;

    fn try_from(wire: WireRequest) -> Result<Self, HostError> {
        Ok(Self {
            method: wire.method,
            url: wire.url,
            headers: wire.headers,
            body: wire.body.bytes()?,
        })
    }
}

impl From<Response> for WireResponse {
    fn from(response: Response) -> Self {
        Self {
            status: response.status,
            url: response.url,
            headers: response.headers,
            redirected: response.redirected,
            body: response.body.into(),
        }
    }
}

impl TryFrom<WireResponse> for Response {
    type Error = HostError;

    fn try_from(wire: WireResponse) -> Result<Self, HostError> {
        Ok(Self {
            status: wire.status,
            url: wire.url,
            headers: wire.headers,
            redirected: wire.redirected,
            body: wire.body.bytes()?.unwrap_or_default(),
        })
    }
}
