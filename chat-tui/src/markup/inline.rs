//! One line: its pieces and their faces.

use super::emphasis::{self, Run};
use super::{Face, Kind, Part, link};
use crate::wrap;
use ratatui::style::Modifier;
use std::collections::HashMap;
use std::ops::Range;

/// Something that holds for a part of the line.
#[derive(Clone)]
enum Layer {
    /// Marks that are not shown.
    Hidden,
    Weight(Modifier),
    Code,
    Link(Link),
    Gap,
}

#[derive(Clone, PartialEq)]
struct Link {
    address: Range<usize>,
    kind: Kind,
}

/// The parts of the line at `content` of `text` that are shown, in order.
pub(super) fn parts(text: &str, content: &Range<usize>, face: Face) -> Vec<Part> {
    let line = &text[content.clone()];
    let mut scan = Scan { line, at: 0, runs: Vec::new(), layers: Vec::new(), bracket: None };
    if line.contains(['*', '_', '~', '`', ':']) {
        scan.run();
    }
    cut(scan.layers(), content, face)
}

struct Scan<'a> {
    line: &'a str,
    at: usize,
    runs: Vec<Run>,
    layers: Vec<(Range<usize>, Layer)>,
    /// The bracket that may begin the name of a link, and how many layers there were.
    bracket: Option<(usize, usize)>,
}

impl Scan<'_> {
    fn run(&mut self) {
        let closing = closing_ticks(self.line);
        while let Some(byte) = self.line.as_bytes().get(self.at) {
            match byte {
                b'`' => self.ticks(&closing),
                b'*' | b'_' | b'~' => self.marks(),
                b'\\' => self.backslash(),
                b':' => self.address(),
                b'[' => self.begin_name(),
                b']' => self.end_name(),
                _ => self.at += 1,
            }
        }
    }

    /// Code, if the same number of ticks follows.
    fn ticks(&mut self, closing: &HashMap<usize, usize>) {
        let opening = run_at(self.line, self.at);
        self.at = opening.end;
        let Some(end) = closing.get(&opening.start) else { return };
        let ticks = opening.len();
        let code = unpadded(self.line, opening.end..*end);
        self.layers.push((opening.start..code.start, Layer::Hidden));
        self.layers.push((code.end..end + ticks, Layer::Hidden));
        self.layers.push((code, Layer::Code));
        self.at = end + ticks;
    }

    fn marks(&mut self) {
        let range = run_at(self.line, self.at);
        self.at = range.end;
        match emphasis::dunder(self.line, range.start) {
            Some(end) => self.at = end,
            None if wrap::begins_attached(&self.line[range.end..]) => {}
            None => self.runs.push(Run::new(self.line, range)),
        }
    }

    /// A mark behind a backslash is none; the backslash stays, because `\*.rs` is what somebody wrote.
    fn backslash(&mut self) {
        let is_before_mark = self.line[self.at + 1..].starts_with(['*', '_', '~', '`']);
        self.at += 1 + usize::from(is_before_mark);
    }

    fn address(&mut self) {
        match link::around(self.line, self.at) {
            Some(address) => {
                self.at = address.end;
                self.link(address.clone(), address, Kind::Link);
            }
            None => self.at += 1,
        }
    }

    fn link(&mut self, range: Range<usize>, address: Range<usize>, kind: Kind) {
        self.layers.push((range, Layer::Link(Link { address, kind })));
    }

    fn begin_name(&mut self) {
        self.bracket = Some((self.at, self.layers.len()));
        self.at += 1;
    }

    /// `[name](address)` shows both: whoever reads the name sees where it leads, whatever it says.
    fn end_name(&mut self) {
        let close = self.at;
        self.at += 1;
        let Some((open, layers)) = self.bracket.take() else { return };
        let name = open + 1..close;
        let Some(address) = link::within_parentheses(self.line, close + 1) else { return };
        if name.is_empty() || wrap::begins_attached(&self.line[name.clone()]) {
            return;
        }
        let inner = self.layers.split_off(layers);
        self.layers.extend(inner.into_iter().filter(|(_, layer)| !matches!(layer, Layer::Link(_))));
        self.at = address.end + 1;
        self.layers.extend([(open..name.start, Layer::Hidden), (close..close + 1, Layer::Gap)]);
        self.link(name, address.clone(), Kind::Link);
        self.link(address.start - 1..address.end + 1, address, Kind::Address);
    }

    fn layers(self) -> Vec<(Range<usize>, Layer)> {
        let mut layers = self.layers;
        for span in emphasis::spans(self.runs) {
            layers.push((span.opening.end..span.closing.start, Layer::Weight(span.weight)));
            layers.extend([(span.opening, Layer::Hidden), (span.closing, Layer::Hidden)]);
        }
        layers
    }
}

/// Where the ticks that close code stand, for those that open it.
fn closing_ticks(line: &str) -> HashMap<usize, usize> {
    let mut closing = HashMap::new();
    let mut next: HashMap<usize, usize> = HashMap::new();
    let mut end = line.len();
    while let Some(last) = line[..end].rfind('`') {
        let start = line[..last].trim_end_matches('`').len();
        end = start;
        // Ticks that bear a mark of another script are letters.
        if !wrap::begins_attached(&line[last + 1..])
            && let Some(next) = next.insert(last + 1 - start, start)
        {
            closing.insert(start, next);
        }
    }
    closing
}

/// The same byte, as often as it follows on itself.
fn run_at(line: &str, start: usize) -> Range<usize> {
    let bytes = &line.as_bytes()[start..];
    start..start + bytes.iter().take_while(|byte| **byte == bytes[0]).count()
}

/// Code that begins or ends with a tick is written with a space at both ends.
fn unpadded(line: &str, code: Range<usize>) -> Range<usize> {
    let inner = line[code.clone()].strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
    match inner {
        Some(inner) if inner.starts_with('`') || inner.ends_with('`') => code.start + 1..code.end - 1,
        _ => code,
    }
}

/// Lays the layers over the line and cuts it where they begin and end.
fn cut(layers: Vec<(Range<usize>, Layer)>, content: &Range<usize>, face: Face) -> Vec<Part> {
    let mut edges: Vec<(usize, Edge, Layer)> = Vec::with_capacity(2 * layers.len());
    for (range, layer) in layers {
        edges.push((range.end, Edge::End, layer.clone()));
        edges.push((range.start, Edge::Start, layer));
    }
    edges.sort_by_key(|(at, ..)| *at);
    let mut pile = Pile::default();
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, edge, layer) in edges.into_iter().chain([(content.len(), Edge::End, Layer::Hidden)]) {
        if at > from && pile.hidden == 0 {
            parts.push(pile.part(from..at, content.start, face));
        }
        pile.step(&layer, edge);
        from = at;
    }
    parts
}

#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

/// How many layers of each sort lie over a place.
#[derive(Default)]
struct Pile {
    hidden: isize,
    code: isize,
    gap: isize,
    links: Vec<Link>,
    weights: [isize; WEIGHTS.len()],
}

const WEIGHTS: [Modifier; 3] = [Modifier::BOLD, Modifier::ITALIC, Modifier::CROSSED_OUT];

impl Pile {
    fn step(&mut self, layer: &Layer, edge: Edge) {
        let step = match edge {
            Edge::Start => 1,
            Edge::End => -1,
        };
        match layer {
            Layer::Hidden => self.hidden += step,
            Layer::Code => self.code += step,
            Layer::Gap => self.gap += step,
            Layer::Link(link) if step > 0 => self.links.push(link.clone()),
            Layer::Link(link) => self.links.retain(|open| open != link),
            Layer::Weight(weight) => {
                let counts = self.weights.iter_mut().zip(WEIGHTS);
                counts.filter(|(_, of)| of == weight).for_each(|(count, _)| *count += step);
            }
        }
    }

    fn part(&self, range: Range<usize>, start: usize, below: Face) -> Part {
        let weights = WEIGHTS.into_iter().zip(self.weights).filter(|(_, count)| *count > 0);
        let weight = weights.fold(below.weight, |sum, (weight, _)| sum | weight);
        let link = self.links.first();
        let kind = match link {
            _ if self.gap > 0 => Kind::Gap,
            _ if self.code > 0 => Kind::Code,
            Some(link) => link.kind,
            None => below.kind,
        };
        let within = |range: Range<usize>| start + range.start..start + range.end;
        Part { range: within(range), face: Face { kind, weight }, link: link.map(|link| within(link.address.clone())) }
    }
}
