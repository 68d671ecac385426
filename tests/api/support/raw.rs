//! Bytes on a socket, for what a well-behaved client would not send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Longer than anything that is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.expect("it connects"))
    }

    /// Writes; false when the other side has gone.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Everything until the other side closes.
    pub(crate) async fn read_to_end(&mut self) -> String {
        let mut bytes = Vec::new();
        // A reset after the answer ends it as well.
        let _ = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.expect("the connection is closed in time");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Everything until a text has come.
    pub(crate) async fn read_until(&mut self, end: &str) -> String {
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains(end) {
            let read = tokio::time::timeout(PATIENCE, self.0.read_buf(&mut bytes)).await.expect("it comes in time").expect("it reads");
            assert!(read > 0, "closed before {end:?}: {}", String::from_utf8_lossy(&bytes));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The next frame of HTTP/2: its type and its flags, and its stream.
    pub(crate) async fn read_frame(&mut self) -> (u8, u8, u32) {
        let read = async {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await?;
            let mut payload = vec![0; usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2])];
            self.0.read_exact(&mut payload).await?;
            Ok::<_, std::io::Error>((head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]])))
        };
        tokio::time::timeout(PATIENCE, read).await.expect("it comes in time").expect("a frame")
    }
}

/// A frame of HTTP/2.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a frame is short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Headers of HTTP/2, each written out (RFC 7541, section 6.2.2).
pub(crate) fn headers(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| {
        // Seven bits of a length, then its rest in groups of seven.
        let mut bytes = match text.len().checked_sub(127) {
            None => vec![u8::try_from(text.len()).expect("below 127")],
            Some(mut rest) => {
                let mut bytes = vec![127];
                while rest >= 128 {
                    bytes.push(u8::try_from(rest % 128).expect("seven bits") | 128);
                    rest /= 128;
                }
                bytes.push(u8::try_from(rest).expect("seven bits"));
                bytes
            }
        };
        bytes.extend_from_slice(text.as_bytes());
        bytes
    };
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}
