namespace MediaGateway.Hooks;

/// <summary>What a backend has said in <c>restOnError</c> about errors of one hook.</summary>
internal enum FaultRule
{
    /// <summary>Nothing: <c>Hooks:FailOpen</c> decides, and a refusal counts.</summary>
    NotSaid,

    /// <summary><c>LOG</c>: the client goes on, even after a refusal.</summary>
    GoOn,

    /// <summary><c>FAIL</c>: the client is refused, whatever <c>Hooks:FailOpen</c> says.</summary>
    Refuse,
}
