//! How much memory the machine grants this process: the control group's `memory.max`.

use std::path::Path;

const GROUPS: &str = "/sys/fs/cgroup";
/// What may wait to be written to all sessions together on a machine that grants enough.
const SHARE_MAX: u64 = 256 * 1024 * 1024;
/// Less does not serve anybody.
const SHARE_MIN: u64 = 1024 * 1024;

/// The smallest limit on the way from this process' control group to the root; none if there is none.
pub(super) fn granted_bytes() -> Option<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let read = |group: &Path| std::fs::read_to_string(Path::new(GROUPS).join(group).join("memory.max")).ok();
    smallest_limit(&groups, read)
}

fn smallest_limit(groups: &str, read: impl Fn(&Path) -> Option<String>) -> Option<u64> {
    // Version 2 has one line for all controllers: `0::/user.slice/…`.
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    // "max" is no number, and no limit.
    Path::new(group).ancestors().filter_map(|group| read(group)?.trim().parse().ok()).min()
}

/// What may wait to be written to all sessions together: a quarter of what is granted, if that is less than plenty.
pub(super) fn share_of(granted_bytes: Option<u64>) -> usize {
    let share = granted_bytes.map_or(SHARE_MAX, |granted| (granted / 4).clamp(SHARE_MIN, SHARE_MAX));
    usize::try_from(share).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn the_smallest_limit_on_the_way_to_the_root_counts() {
        let limits = |group: &Path| match group.to_str() {
            Some("a/b") => Some("max\n".to_owned()),
            Some("a") => Some(format!("{}\n", 512 * MIB)),
            Some("") => None,
            other => panic!("nobody asked for {other:?}"),
        };

        assert_eq!(smallest_limit("1:name=x:/y\n0::/a/b\n", limits), Some(512 * MIB));
        assert_eq!(smallest_limit("0::/\n", |_| None), None);
        assert_eq!(smallest_limit("", |_| None), None);
    }

    #[test]
    fn what_waits_for_all_is_a_quarter_of_what_is_granted_but_no_more_than_plenty() {
        let cases = [(None, 256), (Some(64 * 1024 * MIB), 256), (Some(512 * MIB), 128), (Some(MIB), 1)];
        for (granted, mib) in cases {
            assert_eq!(share_of(granted) as u64, mib * MIB, "{granted:?}");
        }
    }
}
