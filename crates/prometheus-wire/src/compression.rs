//! Snappy's block format, in which remote write and read send their messages.

/// A body that is no snappy block, or one that would become too large.
#[derive(Debug, thiserror::Error)]
pub enum BadCompression {
    #[error("snappy: the body would have {bytes} bytes, the limit is {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error("snappy: the body is no snappy block")]
    NotSnappy(#[source] snap::Error),
}

/// Decompresses a block that says itself how large it becomes.
///
/// # Errors
/// When it says more than `limit` bytes, or is damaged.
pub fn decompress(body: &[u8], limit: usize) -> Result<Vec<u8>, BadCompression> {
    let bytes = snap::raw::decompress_len(body).map_err(BadCompression::NotSnappy)?;
    if bytes > limit {
        return Err(BadCompression::TooLarge { bytes, limit });
    }
    let mut decoder = snap::raw::Decoder::new();
    decoder
        .decompress_vec(body)
        .map_err(BadCompression::NotSnappy)
}

/// Compresses a message.
///
/// # Errors
/// When it has more than 4 GiB.
pub fn compress(message: &[u8]) -> Result<Vec<u8>, BadCompression> {
    let mut encoder = snap::raw::Encoder::new();
    encoder
        .compress_vec(message)
        .map_err(BadCompression::NotSnappy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_grows_beyond_the_limit_is_refused_before_it_is_unpacked() {
        let body = compress(&[0; 10_000]).expect("compressed");
        assert!(body.len() < 1_000);
        assert_eq!(decompress(&body, 10_000).expect("unpacked").len(), 10_000);
        assert!(matches!(
            decompress(&body, 9_999),
            Err(BadCompression::TooLarge {
                bytes: 10_000,
                limit: 9_999
            })
        ));
        assert!(decompress(b"\xff\xff\xff\xff\xff\xff", 10).is_err());
    }
}
