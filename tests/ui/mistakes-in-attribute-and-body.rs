use memmacros_runtime::memory_watched;

#[memory_watched(limit = "1XB", every = 0, on_exceed = error)]
fn import(rows: &[u32]) -> u32 {
    let mut sum = 0;
    #[memory_watched(growth = "80%")]
    for row in rows {
        sum += row;
    }
    fn nested() {
        #[memory_watched(naem = "x")]
        loop {
            break;
        }
    }
    nested();
    sum
}

fn main() {
    import(&[1, 2]);
}
