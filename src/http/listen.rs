//! The accept loop: connections are counted, heads and bodies must come in time, and a shutdown lets what is under way finish.
//!
//! Our own because `axum::serve` sets no timer. TLS is not terminated here.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Version, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// What connections may take.
#[derive(Clone, Copy, Debug)]
pub struct ListenOptions {
    /// Connections at once; more wait in the kernel's backlog.
    pub max_connections: usize,
    /// How long a request's head may take, the first as any other; an idle connection is closed after it.
    pub head_timeout: Duration,
    /// How long a body may pause, a request's as an answer's; and with [`Self::body_rate`] how long a request's may take as a whole.
    pub body_timeout: Duration,
    /// Bytes a second that a body must come with on the whole, beyond the first [`Self::body_timeout`].
    pub body_rate: u32,
    /// How long a shutdown waits for requests that are under way.
    pub drain: Duration,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self {
            max_connections: 1024,
            head_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(20),
            body_rate: 16 * 1024,
            drain: Duration::from_secs(25),
        }
    }
}

/// Headers of a request.
const MAX_HEADERS: usize = 64;
/// Bytes of a request's head.
const MAX_HEAD: usize = 32 * 1024;
/// HTTP/2 requests at once on a connection.
const MAX_STREAMS: u32 = 64;
/// HTTP/2 streams that a caller may open and reset before it is shown the door.
const MAX_RESETS: usize = 32;
/// What is thrown away of a body that nobody wants, so that a plain caller, which writes everything first, sees its answer.
const DISCARD_BYTES: usize = 64 << 20;
/// How long that may take.
const DISCARD_TIME: Duration = Duration::from_secs(5);
/// How long the accept loop rests when the process is out of something.
const ACCEPT_REST: Duration = Duration::from_millis(200);

/// Serves until `shutdown` is cancelled, then lets requests under way finish.
pub async fn serve(listener: TcpListener, router: Router, options: ListenOptions, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(options.max_connections.max(1)));
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (stream, place) = accepted;
        let connection = Connection { router: router.clone(), options, shutdown: shutdown.clone(), cut: cut.clone() };
        connections.spawn(async move {
            connection.run(stream).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(options.drain, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "connections are cut: their requests did not finish in time");
        cut.cancel();
        connections.wait().await;
    }
}

/// The next connection, once there is a place for it. Never fails: what is wrong with one connection is not the next one's, and
/// what the process is out of comes back.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, tokio::sync::OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) if is_the_callers(&error) => {}
            Err(error) => {
                tracing::error!(%error, "connections cannot be accepted at present");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

fn is_the_callers(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(error.kind(), K::ConnectionAborted | K::ConnectionReset | K::ConnectionRefused | K::Interrupted)
}

struct Connection {
    router: Router,
    options: ListenOptions,
    shutdown: CancellationToken,
    cut: CancellationToken,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        // Answers are written whole; waiting to fill a segment only delays them.
        let _ = stream.set_nodelay(true);
        let Self { router, options, shutdown, cut } = self;
        let spoke = Arc::new(AtomicBool::new(false));
        let service = hyper::service::service_fn({
            let spoke = Arc::clone(&spoke);
            move |request: Request<Incoming>| {
                spoke.store(true, Ordering::Relaxed);
                answer(router.clone(), request, options)
            }
        });
        let builder = builder(options);
        let stream = Impatient { stream, timeout: options.body_timeout, waiting: None };
        let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
        // hyper's own timer starts with a protocol, and a caller that never says which it speaks starts none.
        let mut first_head = std::pin::pin!(tokio::time::sleep(options.head_timeout));
        let (mut is_waiting, mut is_draining) = (true, false);
        loop {
            tokio::select! {
                // Timeouts, resets and nonsense are the caller's business; what matters was logged with its request.
                _ = connection.as_mut() => return,
                () = first_head.as_mut(), if is_waiting => {
                    if !spoke.load(Ordering::Relaxed) {
                        return;
                    }
                    is_waiting = false;
                }
                () = shutdown.cancelled(), if !is_draining => {
                    connection.as_mut().graceful_shutdown();
                    is_draining = true;
                }
                () = cut.cancelled() => return,
            }
        }
    }
}

fn builder(options: ListenOptions) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(options.head_timeout).max_headers(MAX_HEADERS).max_buf_size(MAX_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(options.head_timeout)
        .keep_alive_timeout(options.head_timeout)
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_local_error_reset_streams(MAX_RESETS)
        .max_header_list_size(u32::try_from(MAX_HEAD).expect("32 KiB"));
    builder
}

async fn answer(router: Router, request: Request<Incoming>, options: ListenOptions) -> Result<Response, Infallible> {
    let version = request.version();
    // A caller that waits for "100 Continue" has not begun to send. HTTP/2 could reset the stream after the answer instead, and some
    // callers (curl 7 among them) then forget that they were answered.
    let discards = !request.headers().contains_key(header::EXPECT);
    let request = request.map(|body| Body::new(Received::new(body, options, discards)));
    let mut response = router.oneshot(request).await?;
    if version >= Version::HTTP_2 {
        response.headers_mut().remove(header::CONNECTION);
    }
    Ok(response)
}

/// A stream whose other side must take what it is sent: hyper has no timer for a caller that does not read.
struct Impatient {
    stream: TcpStream,
    timeout: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    /// Passes on what writing came to, and ends a wait that is too long.
    fn judge<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.waiting = None;
            return outcome;
        }
        let timeout = self.timeout;
        ready!(self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, outcome)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.judge(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        self.judge(cx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.judge(cx, outcome)
    }
}

/// A body did not come in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyTimedOut;

impl fmt::Display for BodyTimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not come in time")
    }
}

impl std::error::Error for BodyTimedOut {}

/// A request's body as it arrives: it must not pause for long nor trickle for ever, and what nobody reads of it is thrown away.
struct Received {
    incoming: Option<Incoming>,
    options: ListenOptions,
    discards: bool,
    bytes: u64,
    /// How long it has been waited for so far.
    waited: Duration,
    /// Since when, and until when, it is being waited for.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Received {
    fn new(incoming: Incoming, options: ListenOptions, discards: bool) -> Self {
        Self { incoming: Some(incoming), options, discards, bytes: 0, waited: Duration::ZERO, waiting: None }
    }

    /// How long it may be waited for from now on.
    fn patience(&self) -> Duration {
        let earned = Duration::from_secs(self.bytes / u64::from(self.options.body_rate.max(1)));
        (self.options.body_timeout + earned).saturating_sub(self.waited).min(self.options.body_timeout)
    }
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        let Some(incoming) = &mut this.incoming else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(incoming).poll_frame(cx) {
            if let Some((since, _)) = this.waiting.take() {
                this.waited += since.elapsed();
            }
            if let Some(Ok(frame)) = &frame {
                this.bytes += frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if this.waiting.is_none() {
            let until = Box::pin(tokio::time::sleep(this.patience()));
            this.waiting = Some((Instant::now(), until));
        }
        let (_, until) = this.waiting.as_mut().expect("set above");
        ready!(until.as_mut().poll(cx));
        // There is nothing to throw away: what was sent has been read.
        this.discards = false;
        Poll::Ready(Some(Err(Box::new(BodyTimedOut))))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if let Some(rest) = self.incoming.take().filter(|rest| self.discards && !rest.is_end_stream())
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(tokio::time::timeout(DISCARD_TIME, discard(rest)));
        }
    }
}

async fn discard(mut rest: Incoming) {
    let mut left = DISCARD_BYTES;
    while let Some(Ok(frame)) = rest.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(length) {
            Some(less) => left = less,
            None => return,
        }
    }
}
