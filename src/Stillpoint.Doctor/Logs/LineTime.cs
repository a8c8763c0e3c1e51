namespace Stillpoint.Doctor.Logs;

/// <summary>
/// The time a line carries, in every layout met: waagent's old and new, syslog's and journalctl's (without a year: the year is the file's),
/// audit's seconds, Windows', libvirt's. Where no zone is written it is taken for UTC, as the agents and cloud images write.
/// </summary>
internal static class LineTime
{
    private static ReadOnlySpan<byte> Months => "janfebmaraprmayjunjulaugsepoctnovdec"u8;

    /// <param name="near">When the file was last written: gives times without a year theirs. Null: those are not read.</param>
    public static DateTimeOffset? Of(ReadOnlySpan<byte> line, DateTimeOffset? near)
    {
        if (line.Length < 15) return null;
        var at = SkipLead(line);
        var rest = line[at..];
        if (rest.Length < 15) return null;
        if (IsDigit(rest[0])) return YearFirst(rest) ?? DayFirst(rest);
        if (rest.StartsWith("type="u8)) return Audit(rest);
        return Letters(rest, near);
    }

    /// <summary>A priority (<c>&lt;34&gt;1 </c>), a bracket, a counter (<c>[00000010] </c>, <c>101: </c>) before the time.</summary>
    private static int SkipLead(ReadOnlySpan<byte> line)
    {
        var i = 0;
        while (i < line.Length && line[i] is (byte)' ' or (byte)'\t') i++;
        if (i < line.Length && line[i] == '<')
        {
            var end = line[i..].IndexOf((byte)'>');
            if (end is > 0 and < 5) i += end + 1;
            if (i + 2 < line.Length && line[i] == '1' && line[i + 1] == ' ') i += 2;
        }
        if (i < line.Length && line[i] == '[')
        {
            var end = line[i..].IndexOf("] "u8);
            i += end is > 1 and < 12 && !line.Slice(i, end).Contains((byte)':') && !line.Slice(i, end).Contains((byte)'/') ? end + 2 : 1;
            if (i < line.Length && line[i] == '[') i++;
        }
        var colon = line[i..].IndexOf(": "u8);
        if (colon is > 0 and < 7 && AllDigits(line.Slice(i, colon))) i += colon + 2;
        return i;
    }

    private static DateTimeOffset? YearFirst(ReadOnlySpan<byte> s)
    {
        if (s.Length < 19 || s[4] is not ((byte)'-' or (byte)'/') || s[7] != s[4] || s[10] is not ((byte)'T' or (byte)' ')) return null;
        if (!Number(s[..4], out var year) || !Number(s[5..7], out var month) || !Number(s[8..10], out var day)) return null;
        return Clock(s[11..], year, month, day);
    }

    private static DateTimeOffset? DayFirst(ReadOnlySpan<byte> s)
    {
        // Month first, as the Windows agents write whatever the machine's language.
        var slash = s[..Math.Min(3, s.Length)].IndexOf((byte)'/');
        if (slash < 1) return null;
        var second = s[(slash + 1)..].IndexOf((byte)'/');
        if (second is < 1 or > 2) return null;
        var yearAt = slash + second + 2;
        if (s.Length < yearAt + 13 || !Number(s[..slash], out var month) || !Number(s.Slice(slash + 1, second), out var day) ||
            !Number(s.Slice(yearAt, 4), out var year))
            return null;
        var clock = s[(yearAt + 4)..];
        while (clock.Length > 0 && clock[0] is (byte)' ' or (byte)',') clock = clock[1..];
        var oneDigit = clock.Length > 1 && clock[1] == ':';
        Span<byte> padded = stackalloc byte[Math.Min(clock.Length, 32) + 1];
        padded[0] = (byte)'0';
        clock[..(padded.Length - 1)].CopyTo(padded[1..]);
        var time = Clock(oneDigit ? padded : clock, year, month, day);
        var mark = clock[..Math.Min(clock.Length, 16)];
        if (time is { Hour: < 12 } && mark.IndexOf(" PM"u8) > 0) return time.Value.AddHours(12);
        return time is { Hour: 12 } && mark.IndexOf(" AM"u8) > 0 ? time.Value.AddHours(-12) : time;
    }

    private static DateTimeOffset? Audit(ReadOnlySpan<byte> s)
    {
        var at = s.IndexOf("audit("u8);
        if (at < 0) return null;
        s = s[(at + 6)..];
        var dot = s.IndexOf((byte)'.');
        return dot is 9 or 10 && System.Buffers.Text.Utf8Parser.TryParse(s, out decimal seconds, out _)
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)) : null;
    }

    /// <summary><c>Nov 20 12:29:56</c>, with a day of the week before it or a year within or after it.</summary>
    private static DateTimeOffset? Letters(ReadOnlySpan<byte> s, DateTimeOffset? near)
    {
        if (s.Length > 4 && s[3] == ' ' && IsLetter(s[0]) && IsLetter(s[4])) s = s[4..];
        if (s.Length > 4 && s[3] == ' ' && IsLetter(s[0]) && IsDigit(s[4]) && s.Length > 23 && s[8] == '-') return YearFirst(s[4..]);
        if (s.Length < 15 || s[3] != ' ') return null;
        Span<byte> name = [(byte)(s[0] | 32), (byte)(s[1] | 32), (byte)(s[2] | 32)];
        var index = Months.IndexOf(name);
        if (index < 0 || index % 3 != 0) return null;
        if (!Number(s[4] == ' ' ? s[5..6] : s[4..6], out var day)) return null;
        var clock = s[7..];
        if (clock.Length > 13 && clock[4] == ' ' && Number(clock[..4], out var within)) return Clock(clock[5..], within, (index / 3) + 1, day);
        if (clock.Length >= 13 && clock[8] == ' ' && Number(clock[9..13], out var after) && after > 1990) return Clock(clock, after, (index / 3) + 1, day);
        if (near is not { } written) return null;
        var time = Clock(clock, written.Year, (index / 3) + 1, day);
        return time > written.AddDays(1) ? Clock(clock, written.Year - 1, (index / 3) + 1, day) : time;
    }

    private static DateTimeOffset? Clock(ReadOnlySpan<byte> s, int year, int month, int day)
    {
        if (s.Length < 8 || s[2] != ':' || s[5] != ':' || !Number(s[..2], out var hour) || !Number(s[3..5], out var minute) || !Number(s[6..8], out var second))
            return null;
        if (year is < 1990 or > 2200 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
            return null;
        var i = 8;
        long ticks = 0;
        if (i < s.Length && s[i] is (byte)'.' or (byte)',')
        {
            var scale = TimeSpan.TicksPerSecond;
            for (i++; i < s.Length && IsDigit(s[i]); i++)
            {
                scale /= 10;
                ticks += (s[i] - '0') * scale;
            }
        }
        var offset = TimeSpan.Zero;
        if (i + 4 < s.Length && s[i] is (byte)'+' or (byte)'-' && Number(s.Slice(i + 1, 2), out var hours))
        {
            var colon = s[i + 3] == ':' ? 1 : 0;
            if (i + 5 + colon <= s.Length && Number(s.Slice(i + 3 + colon, 2), out var minutes) && hours < 15 && minutes < 60)
                offset = new TimeSpan(hours, minutes, 0) * (s[i] == '-' ? -1 : 1);
        }
        return new DateTimeOffset(year, month, day, hour, minute, Math.Min(second, 59), TimeSpan.Zero).AddTicks(ticks) - offset;
    }

    private static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    private static bool IsLetter(byte b) => (uint)((b | 32) - 'a') <= 25;

    private static bool AllDigits(ReadOnlySpan<byte> s) => s.Length > 0 && !s.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static bool Number(ReadOnlySpan<byte> s, out int value)
    {
        value = 0;
        if (!AllDigits(s)) return false;
        foreach (var b in s) value = (value * 10) + (b - '0');
        return true;
    }
}
