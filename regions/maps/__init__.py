"""Maps without a tile server: shapes and circles in SVG, tiles for everyone, figures in a table beside them."""
