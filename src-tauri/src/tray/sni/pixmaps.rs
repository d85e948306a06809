//! The tray drawings as the bus wants them: ARGB in network byte order, in every size a panel may
//! have, so that none has to scale.
//!
//! Alpha is straight. The specification does not say; hosts (Qt's `Format_ARGB32`, GdkPixbuf) read
//! it so, and premultiplied edges turn dark on them.

use k3tray_core::icon::{Icon, State};

macro_rules! drawings {
    ($state:literal) => {
        [
            include_bytes!(concat!("../../../../icons/tray/", $state, "-16.png")).as_slice(),
            include_bytes!(concat!("../../../../icons/tray/", $state, "-22.png")),
            include_bytes!(concat!("../../../../icons/tray/", $state, "-24.png")),
            include_bytes!(concat!("../../../../icons/tray/", $state, "-32.png")),
            include_bytes!(concat!("../../../../icons/tray/", $state, "-48.png")),
            include_bytes!(concat!("../../../../icons/tray/", $state, "-64.png")),
        ]
    };
}

/// An icon in all its sizes, smallest first.
pub(super) fn of(icon: Icon) -> Vec<ksni::Icon> {
    let drawings = match (icon.state, icon.protected) {
        (State::Idle, false) => drawings!("idle"),
        (State::Busy, false) => drawings!("busy"),
        (State::Degraded, false) => drawings!("degraded"),
        (State::Away, false) => drawings!("away"),
        (State::Idle, true) => drawings!("protected-idle"),
        (State::Busy, true) => drawings!("protected-busy"),
        (State::Degraded, true) => drawings!("protected-degraded"),
        (State::Away, true) => drawings!("protected-away"),
    };
    drawings
        .into_iter()
        .filter_map(|png| {
            decode(png)
                .inspect_err(|error| tracing::error!(%error, ?icon, "a drawing is not a PNG"))
                .ok()
        })
        .collect()
}

/// Decodes an RGBA PNG and turns every pixel into ARGB.
fn decode(png: &[u8]) -> Result<ksni::Icon, png::DecodingError> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::ALPHA | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let mut data = vec![0; reader.output_buffer_size().unwrap_or_default()];
    let frame = reader.next_frame(&mut data)?;
    data.truncate(frame.buffer_size());
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    let side = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
    Ok(ksni::Icon {
        width: side(frame.width),
        height: side(frame.height),
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_own_drawing_in_every_size() {
        let states = [State::Idle, State::Busy, State::Degraded, State::Away]
            .into_iter()
            .flat_map(|state| [false, true].map(|protected| Icon { state, protected }))
            .collect::<Vec<_>>();
        let drawn: Vec<_> = states.iter().copied().map(of).collect();
        for (state, icons) in states.iter().zip(&drawn) {
            let sizes: Vec<_> = icons
                .iter()
                .map(|icon| (icon.width, icon.height, icon.data.len()))
                .collect();
            assert_eq!(
                sizes,
                [16, 22, 24, 32, 48, 64].map(|side: i32| (
                    side,
                    side,
                    usize::try_from(side * side * 4).unwrap_or_default()
                )),
                "{state:?}"
            );
        }
        for size in 0..6 {
            for (index, one) in drawn.iter().enumerate() {
                for other in &drawn[index + 1..] {
                    assert_ne!(one[size].data, other[size].data, "two states look alike");
                }
            }
        }
    }

    #[test]
    fn alpha_comes_first_and_colours_are_not_multiplied_by_it() {
        let icon = &of(Icon {
            state: State::Idle,
            protected: false,
        })[3];
        let pixels: Vec<_> = icon.data.chunks_exact(4).collect();
        assert!(pixels.contains(&[0, 0, 0, 0].as_slice()), "a clear corner");
        assert!(
            pixels.contains(&[255, 0x5b, 0x7c, 0xf0].as_slice()),
            "the accent, opaque"
        );
        let edges: Vec<_> = pixels
            .iter()
            .filter(|pixel| (64..192).contains(&pixel[0]))
            .collect();
        assert!(!edges.is_empty(), "rounded corners have soft edges");
        for edge in edges {
            assert!(
                edge[2].abs_diff(0x7c) < 4,
                "a soft edge keeps the accent's green: {edge:?}"
            );
        }
    }
}
