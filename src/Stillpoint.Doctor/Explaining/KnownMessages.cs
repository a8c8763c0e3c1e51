namespace Stillpoint.Doctor.Explaining;

/// <summary>
/// Messages as a portal shows them, told by the words that must all be in them, in the five languages they are met in. Published translations of one message
/// differ; the words chosen are those that all of them share. Lower case, without accents or signs.
/// </summary>
internal static class KnownMessages
{
    private static readonly (string Code, string[] Words)[] Table =
    [
        // "Could not communicate with the VM agent for snapshot status", "Snapshot VM sub task timed out"
        ("GuestAgentSnapshotTaskStatusError", ["communicate", "agent", "snapshot"]),
        ("GuestAgentSnapshotTaskStatusError", ["snapshot", "sub", "task", "timed out"]),
        ("GuestAgentSnapshotTaskStatusError", ["snapshot", "subtask", "timed out"]),
        ("GuestAgentSnapshotTaskStatusError", ["communiceren", "agent", "snapshot"]),
        ("GuestAgentSnapshotTaskStatusError", ["communiceren", "agent", "momentopname"]),
        ("GuestAgentSnapshotTaskStatusError", ["momentopname", "subtaak"]),
        ("GuestAgentSnapshotTaskStatusError", ["代理通信", "快照"]),
        ("GuestAgentSnapshotTaskStatusError", ["快照", "子任务", "超时"]),
        ("GuestAgentSnapshotTaskStatusError", ["comunicar", "agente", "instantane"]),
        ("GuestAgentSnapshotTaskStatusError", ["subtarefa", "instantane"]),
        ("GuestAgentSnapshotTaskStatusError", ["communiquer", "agent", "instantane"]),
        ("GuestAgentSnapshotTaskStatusError", ["sous tache", "capture", "expir"]),

        ("ExtensionSnapshotFailedNoNetwork", ["snapshot", "no network", "connectivity"]),
        ("ExtensionSnapshotFailedNoNetwork", ["momentopname", "netwerk", "verbinding"]),
        ("ExtensionSnapshotFailedNoNetwork", ["快照", "网络连接"]),
        ("ExtensionSnapshotFailedNoNetwork", ["instantane", "conectividade", "rede"]),
        ("ExtensionSnapshotFailedNoNetwork", ["instantane", "connectivite", "reseau"]),
        ("ExtensionSnapshotFailedNoNetwork", ["vm", "internet access"]),
        ("ExtensionSnapshotFailedNoNetwork", ["toegang tot het internet"]),
        ("ExtensionSnapshotFailedNoNetwork", ["internet", "访问权限"]),
        ("ExtensionSnapshotFailedNoNetwork", ["vm", "acesso a internet"]),
        ("ExtensionSnapshotFailedNoNetwork", ["acces a internet"]),
        ("ExtensionSnapshotFailedNoNetwork", ["pas", "acces internet"]),

        ("UserErrorGuestAgentStatusUnavailable", ["vm agent", "unable to communicate", "azure backup"]),
        ("ExtensionOperationFailed", ["extension", "operation failed"]),
        ("ExtensionOperationFailed", ["backup extension", "fails to update or load"]),
        ("ExtensionOperationFailed", ["extensie", "laden"]),
        ("ExtensionOperationFailed", ["扩展", "加载"]),
        ("ExtensionOperationFailed", ["extens", "carregar"]),
        ("ExtensionOperationFailed", ["extension", "charger"]),
        ("UserErrorFsFreezeFailed", ["freeze", "mount points"]),
        ("UserErrorVmNotInDesirableState", ["vm", "not in a state that allows backups"]),
        ("ExtensionFailedVssWriterInBadState", ["vss writer", "bad state"]),
        ("ExtensionFailedVssWriterInBadState", ["vss", "time out", "holding writes"]),
    ];

    /// <returns>Null: none fits.</returns>
    public static string? CodeOf(string message)
    {
        var plain = Plain(message);
        return Table.FirstOrDefault(m => m.Words.All(w => plain.Contains(w, StringComparison.Ordinal))).Code;
    }

    /// <summary>Lower case; accents off; every sign a space; runs of spaces one.</summary>
    internal static string Plain(string text)
    {
        var plain = new System.Text.StringBuilder(text.Length);
        foreach (var c in text.ToLowerInvariant())
        {
            var letter = c switch
            {
                >= 'à' and <= 'å' => 'a',
                'ç' => 'c',
                >= 'è' and <= 'ë' => 'e',
                >= 'ì' and <= 'ï' => 'i',
                >= 'ò' and <= 'ö' => 'o',
                >= 'ù' and <= 'ü' => 'u',
                _ => char.IsLetterOrDigit(c) ? c : ' ',
            };
            if (letter != ' ' || (plain.Length > 0 && plain[^1] != ' ')) plain.Append(letter);
        }
        return plain.ToString();
    }
}
