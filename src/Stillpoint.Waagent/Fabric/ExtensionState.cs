namespace Stillpoint.Waagent;

/// <summary>What an agent is to make of an extension. There is no "not there": an extension that is dropped from a goal state is deleted without its own uninstall.</summary>
public enum ExtensionState
{
    Enabled,
    Disabled,
    Uninstall,
}
