//! Whatever can happen to a client.
#![no_main]

#[path = "../../tests/ui/chance.rs"]
mod chance;
#[expect(dead_code, reason = "a scene is made for all tests of screens")]
#[path = "../../tests/ui/scene.rs"]
mod scene;
#[path = "../../tests/ui/sound.rs"]
mod sound;
#[path = "../../tests/ui/told.rs"]
mod told;
#[path = "../../tests/ui/weather.rs"]
mod weather;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| weather::is_weathered(bytes));
