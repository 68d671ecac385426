//! A request's body: received under limits, decompressed on the blocking pool, fingerprinted.
//!
//! Bytes are decoded in batches as they arrive, so that a bomb is stopped at the limit and neither the compressed body nor a slow
//! caller holds up more than one batch. A body that outgrows the memory it was admitted with takes more, if there is more.

use std::io::{self, Write};

use aws_lc_rs::digest;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use flate2::write::MultiGzDecoder;
use http_body_util::BodyExt as _;
use zstd::stream::raw::{Decoder as ZstdDecoder, InBuffer, Operation as _, OutBuffer};
use zstd::zstd_safe::DParameter;

use super::Http;
use super::error::ApiError;
use super::extract::Admitted;
use super::listen::BodyTimedOut;
use super::negotiate::Coding;
use crate::admission::{Busy, Permit};
use crate::app::Cpu;

/// Bytes that are decoded at once.
const BATCH: usize = 1 << 20;
/// Pieces that are decoded at once: a body may come in single bytes.
const BATCH_PIECES: usize = 1024;
/// Largest window of a zstd frame: 8 MiB (RFC 9659).
const ZSTD_WINDOW_LOG: u32 = 23;

/// Why there is no body to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    /// Over the limit, as sent or decompressed.
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// Not one whole stream of its encoding.
    Encoding(&'static str),
    /// It outgrew the memory it was admitted with, and there is no more.
    Busy(Busy),
    /// It came too slowly.
    TimedOut,
    /// The connection broke.
    Broken,
}

/// A whole body, decompressed.
pub(super) struct Payload {
    /// What the caller meant to send.
    pub(super) bytes: Vec<u8>,
    /// Its SHA-256.
    pub(super) digest: [u8; 32],
    /// The memory it takes.
    pub(super) permit: Permit,
}

impl FromRequest<Http> for Payload {
    type Rejection = ApiError;

    async fn from_request(request: Request, http: &Http) -> Result<Self, ApiError> {
        let limit = http.app.limits.max_body;
        let coding = Coding::of_body(request.headers()).ok_or(ApiError::ContentEncoding)?;
        let declared = declared_length(request.headers());
        if declared.is_some_and(|length| length > limit as u64) {
            return Err(BodyError::TooLarge { limit }.into());
        }
        let capacity = if coding == Coding::Identity { declared.and_then(|length| usize::try_from(length).ok()) } else { None };
        let permit = Admitted::take_from(request.extensions());
        let decoder = Decoder::new(coding, limit, capacity.unwrap_or(0), permit);
        Ok(receive(request.into_body(), decoder, limit, &http.app.cpu).await?)
    }
}

/// `Content-Length`, where the body has one.
pub(super) fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn receive(mut body: Body, mut decoder: Decoder, limit: usize, cpu: &Cpu) -> Result<Payload, BodyError> {
    let (mut batch, mut in_batch, mut received) = (Vec::new(), 0, 0);
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame.map_err(|error| broken(&error))?.into_data() else { continue };
        received += bytes.len();
        if received > limit {
            return Err(BodyError::TooLarge { limit });
        }
        in_batch += bytes.len();
        batch.push(bytes);
        if (in_batch >= BATCH || batch.len() >= BATCH_PIECES) && !body.is_end_stream() {
            decoder = decode(cpu, decoder, std::mem::take(&mut batch)).await?;
            in_batch = 0;
        }
    }
    cpu.run(move || {
        batch.iter().try_for_each(|bytes| decoder.feed(bytes))?;
        decoder.finish()
    })
    .await
}

async fn decode(cpu: &Cpu, mut decoder: Decoder, batch: Vec<Bytes>) -> Result<Decoder, BodyError> {
    cpu.run(move || batch.iter().try_for_each(|bytes| decoder.feed(bytes)).map(|()| decoder)).await
}

fn broken(error: &axum::Error) -> BodyError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<BodyTimedOut>() {
            return BodyError::TimedOut;
        }
        cause = error.source();
    }
    BodyError::Broken
}

/// Decompresses what it is fed.
struct Decoder {
    coding: Coding,
    stream: Stream,
}

enum Stream {
    Identity(Sink),
    Gzip(MultiGzDecoder<Sink>),
    Zstd { decoder: ZstdDecoder<'static>, sink: Sink, buffer: Vec<u8>, at_frame_end: bool },
}

/// Takes decompressed bytes up to the limit, and fingerprints them.
struct Sink {
    bytes: Vec<u8>,
    digest: digest::Context,
    limit: usize,
    permit: Permit,
    fault: Option<BodyError>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(fault) = self.make_room(self.bytes.len() + bytes.len()) {
            self.fault = Some(fault);
            return Err(io::Error::other("no room"));
        }
        self.digest.update(bytes);
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn make_room(&mut self, length: usize) -> Result<(), BodyError> {
        if length > self.limit {
            return Err(BodyError::TooLarge { limit: self.limit });
        }
        if length as u64 > self.permit.bytes() {
            // Twice as much each time, as the buffer itself grows.
            self.permit.resize((length as u64 * 2).min(self.limit as u64)).map_err(BodyError::Busy)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Payload {
        self.permit.shrink_to(self.bytes.len() as u64);
        let digest = self.digest.finish().as_ref().try_into().expect("SHA-256 has 32 bytes");
        Payload { bytes: self.bytes, digest, permit: self.permit }
    }
}

impl Decoder {
    fn new(coding: Coding, limit: usize, capacity: usize, permit: Permit) -> Self {
        let sink = Sink { bytes: Vec::with_capacity(capacity), digest: digest::Context::new(&digest::SHA256), limit, permit, fault: None };
        let stream = match coding {
            Coding::Identity => Stream::Identity(sink),
            Coding::Gzip => Stream::Gzip(MultiGzDecoder::new(sink)),
            Coding::Zstd => {
                let mut decoder = ZstdDecoder::new().expect("a zstd context can be made");
                decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG)).expect("the window's bound is within zstd's own");
                Stream::Zstd { decoder, sink, buffer: vec![0; 128 * 1024], at_frame_end: false }
            }
        };
        Self { coding, stream }
    }

    fn feed(&mut self, bytes: &[u8]) -> Result<(), BodyError> {
        let outcome = match &mut self.stream {
            Stream::Identity(sink) => sink.write_all(bytes),
            Stream::Gzip(decoder) => decoder.write_all(bytes),
            Stream::Zstd { decoder, sink, buffer, at_frame_end } => unzstd(decoder, sink, buffer, at_frame_end, bytes),
        };
        outcome.map_err(|_| self.fault())
    }

    fn finish(mut self) -> Result<Payload, BodyError> {
        if let Stream::Gzip(decoder) = &mut self.stream
            && decoder.try_finish().is_err()
        {
            return Err(self.fault());
        }
        let encoding = BodyError::Encoding(self.coding.name());
        match self.stream {
            Stream::Identity(sink) | Stream::Zstd { sink, at_frame_end: true, .. } => Ok(sink.finish()),
            Stream::Zstd { .. } => Err(encoding),
            Stream::Gzip(decoder) => decoder.finish().map(Sink::finish).map_err(|_| encoding),
        }
    }

    fn fault(&self) -> BodyError {
        let sink = match &self.stream {
            Stream::Identity(sink) | Stream::Zstd { sink, .. } => sink,
            Stream::Gzip(decoder) => decoder.get_ref(),
        };
        sink.fault.unwrap_or(BodyError::Encoding(self.coding.name()))
    }
}

/// Several frames in one body are one body, as with gzip's members.
fn unzstd(decoder: &mut ZstdDecoder<'_>, sink: &mut Sink, buffer: &mut [u8], at_frame_end: &mut bool, bytes: &[u8]) -> io::Result<()> {
    let mut input = InBuffer::around(bytes);
    loop {
        let mut output = OutBuffer::around(&mut *buffer);
        if input.pos() < bytes.len() || !*at_frame_end {
            *at_frame_end = decoder.run(&mut input, &mut output)? == 0;
        }
        let (filled, was_full) = (output.pos(), output.pos() == output.capacity());
        sink.write_all(&buffer[..filled])?;
        if input.pos() == bytes.len() && !was_full {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{Admission, Capacity};

    fn decoded(coding: Coding, limit: usize, bytes: &[u8], step: usize) -> Result<Vec<u8>, BodyError> {
        let mut decoder = Decoder::new(coding, limit, 0, Permit::none());
        bytes.chunks(step.max(1)).try_for_each(|chunk| decoder.feed(chunk))?;
        decoder.finish().map(|payload| payload.bytes)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("a Vec takes everything");
        encoder.finish().expect("a Vec takes everything")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 1).expect("a Vec takes everything")
    }

    fn text() -> Vec<u8> {
        (0..40_000_u32).flat_map(|number| format!("row {number};").into_bytes()).collect()
    }

    #[test]
    fn every_split_of_the_bytes_decodes_alike() {
        let text = text();
        for step in [1, 7, 1000, usize::MAX] {
            assert_eq!(decoded(Coding::Identity, text.len(), &text, step), Ok(text.clone()));
            assert_eq!(decoded(Coding::Gzip, text.len(), &gzip(&text), step), Ok(text.clone()));
            assert_eq!(decoded(Coding::Zstd, text.len(), &zstd(&text), step), Ok(text.clone()));
        }
    }

    #[test]
    fn all_members_and_frames_are_one_body() {
        let text = text();
        let (first, second) = text.split_at(1000);
        let members = [gzip(first), gzip(second), gzip(b"")].concat();
        assert_eq!(decoded(Coding::Gzip, text.len(), &members, 333), Ok(text.clone()));
        let frames = [zstd(first), zstd(second), zstd(b"")].concat();
        assert_eq!(decoded(Coding::Zstd, text.len(), &frames, 333), Ok(text));
    }

    #[test]
    fn truncated_and_trailing_bytes_are_refused() {
        let text = text();
        for (coding, whole) in [(Coding::Gzip, gzip(&text)), (Coding::Zstd, zstd(&text))] {
            let refused = Err(BodyError::Encoding(coding.name()));
            for length in [0, 1, 5, 100, whole.len() - 1] {
                assert_eq!(decoded(coding, 1 << 20, &whole[..length], 64), refused, "{coding:?} cut at {length}");
            }
            for tail in [&b"x"[..], b"\0", b"trailing", &whole[..3]] {
                assert_eq!(decoded(coding, 1 << 20, &[&whole[..], tail].concat(), 4096), refused, "{coding:?} with {tail:?}");
            }
            let mut broken = whole.clone();
            let middle = broken.len() / 2;
            broken[middle] ^= 0xff;
            assert!(decoded(coding, 1 << 20, &broken, 4096).is_err(), "{coding:?} with a flipped byte");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let zeros = vec![b' '; 10 << 20];
        let limit = 1 << 20;
        for (coding, bomb) in [(Coding::Gzip, gzip(&zeros)), (Coding::Zstd, zstd(&zeros))] {
            assert_eq!(decoded(coding, limit, &bomb, usize::MAX), Err(BodyError::TooLarge { limit }));
        }
        assert_eq!(decoded(Coding::Identity, 4, b"12345", 1), Err(BodyError::TooLarge { limit: 4 }));
        assert_eq!(decoded(Coding::Gzip, 4, &gzip(b"1234"), 1), Ok(b"1234".to_vec()));
    }

    #[test]
    fn a_body_that_outgrows_its_share_takes_more_or_is_refused() {
        let admission = Admission::new(Capacity { bytes: 1 << 20, client_bytes: 1 << 20, client_jobs: 1 });
        let share = || admission.admit(&"a".into(), 1000).expect("there is room");
        let text = vec![b' '; 600_000];
        let decode = |permit: Permit| {
            let mut decoder = Decoder::new(Coding::Gzip, 1 << 20, 0, permit);
            decoder.feed(&gzip(&text)).and_then(|()| decoder.finish())
        };
        let payload = decode(share()).map_err(|_| "it fits").expect("it fits");
        assert_eq!(payload.permit.bytes(), 600_000, "what it does not need is given back");
        assert_eq!(decode(share()).err(), Some(BodyError::Busy(Busy::Client)));
        drop(payload);
        assert!(decode(share()).is_ok());
    }

    #[test]
    fn a_window_over_eight_mebibytes_is_refused() {
        let frame = |window_log: u32| {
            let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("a context");
            encoder.window_log(window_log).expect("within zstd's bounds");
            encoder.write_all(&text()).expect("a Vec takes everything");
            encoder.finish().expect("a Vec takes everything")
        };
        assert!(decoded(Coding::Zstd, 1 << 20, &frame(23), 4096).is_ok());
        assert_eq!(decoded(Coding::Zstd, 1 << 20, &frame(24), 4096), Err(BodyError::Encoding("zstd")));
    }

    #[test]
    fn the_fingerprint_is_of_the_decompressed_bytes() {
        let mut decoder = Decoder::new(Coding::Gzip, 100, 0, Permit::none());
        decoder.feed(&gzip(b"abc")).expect("a whole member");
        let payload = decoder.finish().expect("a whole member");
        assert_eq!(payload.digest[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
