//! Pictures as pixels, to be compared.

use std::{fs::File, io::BufReader, path::Path};

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Red, green, blue and alpha of each pixel, row by row.
    pub pixels: Vec<u8>,
}

/// Reads a PNG.
pub fn read(file: &Path) -> Picture {
    decode(file).unwrap_or_else(|error| panic!("`{}` is no picture: {error}", file.display()))
}

fn decode(file: &Path) -> Result<Picture, png::DecodingError> {
    let mut decoder = png::Decoder::new(BufReader::new(File::open(file)?));
    decoder.set_transformations(
        png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
    );
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
    let frame = reader.next_frame(&mut pixels)?;
    pixels.truncate(frame.buffer_size());
    if frame.color_type == png::ColorType::GrayscaleAlpha {
        let grey = pixels.chunks_exact(2);
        pixels = grey
            .flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]])
            .collect();
    }
    Ok(Picture {
        size: (frame.width, frame.height),
        pixels,
    })
}
