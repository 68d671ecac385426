//! What the sealed format promises, and known answers that hold it still. The answers were computed by another implementation of
//! AES-GCM and HKDF.

use proptest::prelude::*;

use super::*;

const INSIGHTS_ID: Uuid = Uuid::from_u128(0x0011_2233_4455_4677_8899_aabb_ccdd_eeff);
const ORDER_ID: Uuid = Uuid::from_u128(0x0f0e_0d0c_0b0a_4908_0706_0504_0302_0100);
const CLIENT: &str = "acme-lending";

fn master(first: u8) -> [u8; 32] {
    std::array::from_fn(|index| first + u8::try_from(index).unwrap())
}

fn keyring(firsts: &[u8]) -> Keyring {
    let list: Vec<_> = firsts.iter().map(|&first| STANDARD.encode(master(first))).collect();
    Keyring::parse(&list.join(",")).unwrap()
}

fn data_key_of(insights_id: Uuid, client_id: &str) -> DataKey {
    DataKey { secret: Zeroizing::new(master(0)), insights_id, client_id: client_id.into() }
}

fn data_key() -> DataKey {
    data_key_of(INSIGHTS_ID, CLIENT)
}

fn salt() -> [u8; 32] {
    master(100)
}

/// Bytes that do not compress, so that a frame of them has as many chunks as they.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    fill_random(&mut bytes);
    bytes
}

fn open_frame(key: &DataKey, column: Column, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut frame = Vec::new();
    key.opener(column, sealed)?.read_to_end(&mut frame).map_err(|_| SealError::DoesNotOpen)?;
    Ok(frame)
}

#[test]
fn what_is_sealed_opens() {
    let key = data_key();
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17] {
        let plain = noise(length);
        let sealed = key.seal_frame(Column::Payload, salt(), &plain);
        assert_eq!(sealed.len(), HEADER + length + TAG_LENGTH * length.div_ceil(CHUNK).max(1));
        assert_eq!(open_frame(&key, Column::Payload, &sealed).unwrap(), plain);
        let sealed = key.seal(Column::Payload, &plain);
        assert_eq!(key.open(Column::Payload, &sealed, length).unwrap(), plain);
    }
}

#[test]
fn a_limit_holds_before_and_while_decompressing() {
    let key = data_key();
    let zeros = vec![0; 10_000_000];
    let sealed = key.seal(Column::Payload, &zeros);
    assert!(sealed.len() < 10_000);
    assert_eq!(key.open(Column::Payload, &sealed, zeros.len() - 1), Err(SealError::TooLong));
    assert_eq!(key.open(Column::Payload, &sealed, zeros.len()).unwrap(), zeros);

    // A frame that does not say its length.
    let mut silent = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    io::Write::write_all(&mut silent, &zeros).unwrap();
    let sealed = key.seal_frame(Column::Payload, salt(), &silent.finish().unwrap());
    assert_eq!(key.open(Column::Payload, &sealed, zeros.len() - 1), Err(SealError::TooLong));
    assert_eq!(key.open(Column::Payload, &sealed, zeros.len()).unwrap(), zeros);
}

#[test]
fn nothing_may_follow_the_frame_and_none_of_it_may_be_missing() {
    let key = data_key();
    let frame = zstd::bulk::compress(&noise(CHUNK), 1).unwrap();
    let longer = key.seal_frame(Column::Payload, salt(), &[&frame[..], b"x"].concat());
    assert_eq!(key.open(Column::Payload, &longer, usize::MAX), Err(SealError::DoesNotOpen));
    let doubled = key.seal_frame(Column::Payload, salt(), &[&frame[..], &frame[..]].concat());
    assert_eq!(key.open(Column::Payload, &doubled, usize::MAX), Err(SealError::DoesNotOpen));
    let shorter = key.seal_frame(Column::Payload, salt(), &frame[..frame.len() - 1]);
    assert_eq!(key.open(Column::Payload, &shorter, usize::MAX), Err(SealError::DoesNotOpen));
    let nothing = key.seal_frame(Column::Payload, salt(), b"");
    assert_eq!(key.open(Column::Payload, &nothing, usize::MAX), Err(SealError::DoesNotOpen));
}

#[test]
fn a_flipped_bit_anywhere_does_not_open() {
    let key = data_key();
    let sealed = key.seal_frame(Column::Payload, salt(), &noise(2 * CHUNK + 5));
    let chunk = CHUNK + TAG_LENGTH;
    let version = 0..1;
    let salt = 1..HEADER;
    let tags = [HEADER + CHUNK..HEADER + chunk, HEADER + chunk + CHUNK..HEADER + 2 * chunk, sealed.len() - TAG_LENGTH..sealed.len()];
    let bodies = [HEADER..HEADER + 3, HEADER + chunk..HEADER + chunk + 3, HEADER + 2 * chunk..HEADER + 2 * chunk + 5];
    for position in [version, salt].into_iter().chain(tags).chain(bodies).flatten() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[position] ^= 1 << bit;
            assert_eq!(open_frame(&key, Column::Payload, &changed), Err(SealError::DoesNotOpen), "byte {position}, bit {bit}");
        }
    }
}

#[test]
fn truncated_reordered_repeated_and_longer_blobs_do_not_open() {
    let key = data_key();
    let sealed = key.seal_frame(Column::Payload, salt(), &noise(3 * CHUNK));
    let (header, body) = sealed.split_at(HEADER);
    let chunks: Vec<&[u8]> = body.chunks(CHUNK + TAG_LENGTH).collect();
    let of = |order: &[usize]| {
        let picked: Vec<u8> = order.iter().flat_map(|&index| chunks[index]).copied().collect();
        [header, &picked].concat()
    };
    assert!(open_frame(&key, Column::Payload, &of(&[0, 1, 2])).is_ok());
    for order in [&[0, 1][..], &[0], &[], &[1, 2], &[0, 2], &[0, 2, 1], &[1, 0, 2], &[2, 1, 0], &[0, 0, 1, 2], &[0, 1, 2, 2], &[0, 1, 1]] {
        assert_eq!(open_frame(&key, Column::Payload, &of(order)), Err(SealError::DoesNotOpen), "{order:?}");
    }
    for length in [0, 1, HEADER - 1, HEADER, HEADER + TAG_LENGTH, HEADER + CHUNK, sealed.len() - 1] {
        assert_eq!(open_frame(&key, Column::Payload, &sealed[..length]), Err(SealError::DoesNotOpen), "{length} bytes");
    }
    assert_eq!(open_frame(&key, Column::Payload, &[&sealed[..], &[0]].concat()), Err(SealError::DoesNotOpen));
    assert_eq!(open_frame(&key, Column::Payload, &[&sealed[..], &[0; 32]].concat()), Err(SealError::DoesNotOpen));
}

#[test]
fn no_byte_of_an_unverified_chunk_is_released() {
    let key = data_key();
    let plain = noise(2 * CHUNK);
    let mut sealed = key.seal_frame(Column::Payload, salt(), &plain);
    *sealed.last_mut().unwrap() ^= 1;
    let mut opener = key.opener(Column::Payload, &sealed).unwrap();
    let mut released = Vec::new();
    assert!(opener.read_to_end(&mut released).is_err());
    assert_eq!(released, plain[..CHUNK]);
    assert!(opener.plain.is_empty());
}

#[test]
fn a_blob_opens_in_its_own_place_only() {
    let key = data_key();
    let other_order = Uuid::from_u128(ORDER_ID.as_u128() ^ 1);
    let columns = [Column::Accepted, Column::Payload, Column::Head, Column::Report(ORDER_ID), Column::Report(other_order)];
    for sealed_for in columns {
        let sealed = key.seal(sealed_for, b"a report");
        for opened_as in columns {
            let opened = key.open(opened_as, &sealed, 100);
            let expected = if sealed_for == opened_as { Ok(b"a report".to_vec()) } else { Err(SealError::DoesNotOpen) };
            assert_eq!(opened, expected, "{sealed_for:?} as {opened_as:?}");
        }
        let other_row = data_key_of(Uuid::from_u128(INSIGHTS_ID.as_u128() ^ 1), CLIENT);
        assert_eq!(other_row.open(sealed_for, &sealed, 100), Err(SealError::DoesNotOpen));
        let other_client = data_key_of(INSIGHTS_ID, "acme-lendinh");
        assert_eq!(other_client.open(sealed_for, &sealed, 100), Err(SealError::DoesNotOpen));
        let other_key = DataKey { secret: Zeroizing::new(master(1)), insights_id: INSIGHTS_ID, client_id: CLIENT.into() };
        assert_eq!(other_key.open(sealed_for, &sealed, 100), Err(SealError::DoesNotOpen));
    }
}

#[test]
fn the_first_master_key_seals_and_all_open() {
    let old = keyring(&[200]);
    let both = keyring(&[10, 200]);
    let new = keyring(&[10]);
    let (key, wrapped) = old.new_data_key(INSIGHTS_ID, CLIENT);
    let sealed = key.seal(Column::Head, b"head");
    assert_eq!(wrapped.master_key, old.ids()[0]);
    assert_eq!(both.open(INSIGHTS_ID, CLIENT, &wrapped).unwrap().open(Column::Head, &sealed, 9).unwrap(), b"head");
    assert_eq!(new.open(INSIGHTS_ID, CLIENT, &wrapped).unwrap_err(), SealError::UnknownMasterKey(old.ids()[0]));
    assert_eq!(both.new_data_key(INSIGHTS_ID, CLIENT).1.master_key, new.ids()[0]);
    assert_eq!(both.ids(), [new.ids()[0], old.ids()[0]]);
}

#[test]
fn a_wrapped_key_opens_in_its_own_place_only() {
    let keys = keyring(&[200]);
    let (_, wrapped) = keys.new_data_key(INSIGHTS_ID, CLIENT);
    assert_eq!(wrapped.bytes.len(), WRAPPED_LENGTH);
    assert_eq!(keys.open(ORDER_ID, CLIENT, &wrapped).unwrap_err(), SealError::DoesNotOpen);
    assert_eq!(keys.open(INSIGHTS_ID, "another", &wrapped).unwrap_err(), SealError::DoesNotOpen);
    for position in 0..wrapped.bytes.len() {
        let mut changed = wrapped.bytes.to_vec();
        changed[position] ^= 1;
        let changed = WrappedKey { bytes: changed.into(), ..wrapped };
        assert_eq!(keys.open(INSIGHTS_ID, CLIENT, &changed).unwrap_err(), SealError::DoesNotOpen, "byte {position}");
    }
    for length in 0..wrapped.bytes.len() {
        let shorter = WrappedKey { bytes: wrapped.bytes.slice(..length), ..wrapped };
        assert_eq!(keys.open(INSIGHTS_ID, CLIENT, &shorter).unwrap_err(), SealError::DoesNotOpen, "{length} bytes");
    }
    // The right id on the wrong key: what a swapped configuration would look like.
    let other = keyring(&[10]);
    let mislabelled = WrappedKey { master_key: other.ids()[0], ..wrapped };
    assert_eq!(other.open(INSIGHTS_ID, CLIENT, &mislabelled).unwrap_err(), SealError::DoesNotOpen);
}

#[test]
fn master_keys_are_32_bytes_of_standard_base64() {
    let good = STANDARD.encode(master(1));
    assert!(Keyring::parse(&good).is_ok());
    assert_eq!(Keyring::parse(&format!(" {good} ,\n{good}\n")).unwrap().ids().len(), 2);
    let short = STANDARD.encode([1; 31]);
    let long = STANDARD.encode([1; 33]);
    let unpadded = good.trim_end_matches('=');
    for bad in ["", ",", "not base64!", &short, &long, unpadded, &format!("{good},"), &format!("{good},{short}")] {
        assert_eq!(Keyring::parse(bad).unwrap_err(), SealError::MasterKey, "{bad:?}");
    }
}

#[test]
fn debug_and_errors_show_no_secret() {
    let keys = keyring(&[65]);
    let (key, wrapped) = keys.new_data_key(INSIGHTS_ID, CLIENT);
    let id = keys.ids()[0];
    assert_eq!(format!("{keys:?}"), format!("Keyring {{ ids: [MasterKeyId({id})], .. }}"));
    assert_eq!(format!("{key:?}"), "DataKey { .. }");
    assert_eq!(SealError::UnknownMasterKey(wrapped.master_key).to_string(), format!("the master key {id} is not configured"));
}

#[test]
fn an_etag_depends_on_the_key_and_the_representation() {
    let key = data_key();
    let tag = key.etag("application/json");
    assert_eq!(tag, key.etag("application/json"));
    assert_ne!(tag, key.etag("text/csv"));
    let other = DataKey { secret: Zeroizing::new(master(1)), insights_id: INSIGHTS_ID, client_id: CLIENT.into() };
    assert_ne!(tag, other.etag("application/json"));
}

#[test]
fn known_answers() {
    let key = data_key();
    let report = key.seal_frame(Column::Report(ORDER_ID), salt(), b"a frame");
    assert_eq!(
        hex(&report),
        "016465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828350d13d1aef570650e7dac6c921c0e6a44b3a511f5b723f"
    );

    let frame: Vec<u8> = (0..=250).cycle().take(150_000).collect();
    let payload = key.seal_frame(Column::Payload, salt(), &frame);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &payload);
    assert_eq!(hex(digest.as_ref()), "184cd9be384911db8c265a639bd7849df0c23609c4ca1b1d3bc04bde1f728be6");

    let wrapping = MasterKey::new(&master(200));
    assert_eq!(wrapping.id.to_string(), "f545a10d2afd041a");
    let nonce = std::array::from_fn(|index| u8::try_from(index).unwrap());
    let wrapped = wrapping.wrap(nonce, &key_aad(INSIGHTS_ID, CLIENT), &master(0));
    assert_eq!(
        hex(&wrapped.bytes),
        "01000102030405060708090a0bd8207dea079e42cbdeeb3cb257e7de86c5ab19def8e4ad4a1922b6d21a954c7e73ed6cfc1d05df77afe0b0b9026f9e5f"
    );
    let opened = keyring(&[200]).open(INSIGHTS_ID, CLIENT, &wrapped).unwrap();
    assert_eq!(opened.open(Column::Report(ORDER_ID), &key.seal(Column::Report(ORDER_ID), b"x"), 1).unwrap(), b"x");
    assert_eq!(key.etag("application/json"), "6938cc3ff3053228830264826c10bbbe");

    // The compressor may change how it writes a frame; what it wrote once has to be read for ever.
    let frame = [
        0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x48, 0x91, 0x00, 0x00, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x73, 0x65, 0x61, 0x6c, 0x65, 0x64, 0x20,
        0x77, 0x6f, 0x72, 0x6c, 0x64, 0xb0, 0xfc, 0x82, 0x8f,
    ];
    let sealed = key.seal_frame(Column::Accepted, salt(), &frame);
    assert_eq!(key.open(Column::Accepted, &sealed, 100).unwrap(), b"hello sealed world");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_that_we_did_not_seal_do_not_open(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(data_key().open(Column::Payload, &bytes, 1_000), Err(SealError::DoesNotOpen));
    }
}
