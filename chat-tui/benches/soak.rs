//! Many people for a long time: real links over the loopback to the real server, with history on disk. They talk,
//! leave, come back and are cut off, and judge whatever they are told as it comes; meanwhile the server's memory, open
//! files and threads are watched. In the end it is killed and started again, and everybody comes back at once.
//!
//! `cargo bench -p chat-tui --bench soak -- --clients 1000 --minutes 10`; those are the defaults. It fails if anything
//! was lost, doubled or moved, if the server grew, or if not all were back within 30 seconds.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement ends when something is wrong, and prints")]

#[path = "soak/life.rs"]
mod life;
#[path = "soak/plan.rs"]
mod plan;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "soak/watch.rs"]
mod watch;
#[path = "soak/wire.rs"]
mod wire;

use chat_proto::Seq;
use chat_tui::link::LinkEvent;
use futures_util::future::join_all;
use life::Life;
use plan::Plan;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::company::Company;
use support::home::{Home, free_port};
use support::person::Person;
use support::program::Program;
use support::resources::raise_descriptors;
use tokio::task::JoinSet;
use watch::{Watch, tell};
use wire::Wire;

/// People of one room.
const ROOM: u64 = 50;
/// What a client has open: its socket, and the handle by which it is cut. The server has one.
const DESCRIPTORS_EACH: u64 = 3;
/// In which everybody is to be back after a crash.
const RETURN_MAX: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let plan = Plan::from_words(std::env::args().skip(1));
    raise_descriptors(plan.clients * DESCRIPTORS_EACH + 500);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match runtime.block_on(soak(&plan)) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Whether everything was as it should be.
async fn soak(plan: &Plan) -> bool {
    let (home, port) = (Home::new(), free_port());
    let server = Program::start_at(port, &home, &[]).await;
    let wires: Vec<_> = (0..plan.clients).map(|_| Arc::new(Wire::to(server.address))).collect();
    let began = Instant::now();
    let mut companies = gather(plan, &wires).await;
    println!("{} clients in {} rooms after {:.1} s", plan.clients, companies.len(), began.elapsed().as_secs_f64());

    let watch = Watch::begin(&server, plan.time);
    live(&mut companies, &wires, Instant::now() + plan.time).await;
    let samples = watch.end();
    sum_up(&mut companies).await;
    let is_flat = tell(&samples);

    server.kill().await;
    let _second = Program::start_at(port, &home, &[]).await;
    let is_back = come_back(&mut companies).await;
    sum_up(&mut companies).await;
    let violations = plan.clients as usize - companies.iter().map(|company| company.people.len()).sum::<usize>();
    let said: usize = companies.iter().map(|company| company.book.lock().unwrap().posts()).sum();
    let losses: usize = companies.iter().map(Company::losses).sum();
    println!("{said} messages, {losses} connections lost on the way, {violations} clients that saw what may not be");
    let is_well = is_flat && is_back && violations == 0;
    println!("{}", if is_well { "all is well" } else { "this is not as it should be" });
    is_well
}

async fn gather(plan: &Plan, wires: &[Arc<Wire>]) -> Vec<Company> {
    let rooms = (0..plan.clients).step_by(ROOM as usize).map(|first| first..(first + ROOM).min(plan.clients));
    join_all(rooms.map(|people| Company::gather(people, |number| Arc::clone(&wires[number as usize])))).await
}

/// Everybody lives for as long as that. Whoever sees what may not be says so, and is missing from then on.
async fn live(companies: &mut [Company], wires: &[Arc<Wire>], until: Instant) {
    join_all(companies.iter_mut().map(async |company| {
        let code = company.code;
        let life = |person: Person| Life::new(Arc::clone(&wires[person.number as usize]), code, person).go_on(until);
        company.people = survivors(company.people.drain(..).map(life)).await;
    }))
    .await;
}

/// Everybody says something, and reads until nothing is missing of what anybody was shown or promised.
async fn sum_up(companies: &mut [Company]) {
    join_all(companies.iter_mut().map(async |company| {
        company.people = survivors(company.people.drain(..).map(have_a_last_word)).await;
        let head = company.book.lock().unwrap().head();
        company.people = survivors(company.people.drain(..).map(|person| read_to(head, person))).await;
        company.book.lock().unwrap().check();
    }))
    .await;
}

async fn have_a_last_word(mut person: Person) -> Person {
    person.say().await;
    person.settle(0).await;
    person
}

async fn read_to(place: Seq, mut person: Person) -> Person {
    person.read_to(place).await;
    person
}

/// Whether everybody is back soon enough; says how soon.
async fn come_back(companies: &mut [Company]) -> bool {
    let began = Instant::now();
    let people = companies.iter_mut().flat_map(|company| &mut company.people);
    let mut times = join_all(people.map(async |person| {
        person.until(|event| matches!(event, LinkEvent::Up { .. })).await;
        began.elapsed()
    }))
    .await;
    times.sort_unstable();
    let within = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64();
    println!("back after a crash: half of them in {:.1} s, all in {:.1} s", within(50), within(100));
    times.iter().all(|time| *time < RETURN_MAX)
}

/// What comes of tasks that did not panic.
async fn survivors<F: Future<Output = Person> + Send + 'static>(lives: impl Iterator<Item = F>) -> Vec<Person> {
    let mut tasks: JoinSet<_> = lives.collect();
    let mut survivors = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        survivors.extend(ended);
    }
    survivors
}
