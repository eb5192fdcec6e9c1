//! Links in messages, as they are given to the terminal beside the cells.

use crate::scene::{Scene, message};
use crossterm::event::KeyCode;
use ratatui::style::Modifier;

const ADDRESS: &str = "https://example.org/a/path/that/is/too/long/for/one/row/of/this/window";

fn linking() -> Scene {
    let mut scene = Scene::room(60, 24);
    scene.happens(0, (2, "bob"), message(&format!("it is {ADDRESS}.")));
    scene
}

#[test]
fn every_row_of_a_link_leads_to_all_of_it() {
    let (cells, drawn) = linking().drawn();

    let [first, second] = &drawn.links[..] else { panic!("two rows, not {:?}", drawn.links) };
    assert_eq!((first.id, &first.uri), (second.id, &second.uri));
    assert_eq!(first.uri.as_str(), ADDRESS);
    let shown: String = [first, second]
        .into_iter()
        .flat_map(|link| link.columns.clone().map(|x| cells[(x, link.row)].symbol()))
        .collect();
    assert_eq!(shown, ADDRESS);
}

#[test]
fn a_link_is_underlined_and_its_name_hides_nothing() {
    let mut scene = Scene::room(200, 24);
    scene.happens(
        0,
        (2, "bob"),
        message("see [https://bank.example](https://evil.example/login), `https://code.example`"),
    );

    let (cells, drawn) = scene.drawn();
    assert!(scene.shows("see https://bank.example (https://evil.example/login), https://code.example"));
    assert!(drawn.links.iter().all(|link| link.uri.as_str() == "https://evil.example/login"));
    let [name, address] = &drawn.links[..] else { panic!("a name and an address, not {:?}", drawn.links) };
    let is_underlined = |x: u16| cells[(x, name.row)].modifier.contains(Modifier::UNDERLINED);
    assert!(name.columns.clone().chain(address.columns.clone()).all(is_underlined));
    assert!(!is_underlined(name.columns.end));
}

#[test]
fn two_messages_with_one_address_are_two_links() {
    let mut scene = linking();
    scene.happens(0, (2, "bob"), message("https://example.org"));

    let links = scene.drawn().1.links;

    assert_ne!(links.first().unwrap().id, links.last().unwrap().id);
}

#[test]
fn no_link_shines_through_what_lies_over_it() {
    let mut scene = linking();

    scene.key(KeyCode::F(1));

    assert_eq!(scene.drawn().1.links, []);
}
