# Applies the manifests and waits until both parts are available. Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

show_plan() {
  local part
  for part in cdi kubevirt; do
    if [ "$(owner "$part")" = other ]; then
      echo "$(title "$part"): stays as it is"
      continue
    fi
    render "$part"
    echo "$(title "$part") $(wanted "$part"): $(change_of "$part")"
    awk '
      function out() { if (kind != "") printf "  %s %s%s\n", kind, (space == "" ? "" : space "/"), name; kind = name = space = "" }
      /^---/ { out() }
      /^kind: / { kind = $2 }
      /^metadata:/ { inside = 1; next }
      /^[^ ]/ { inside = 0 }
      inside && /^  name: / { name = $2 }
      inside && /^  namespace: / { space = $2 }
      END { out() }
    ' "$work/$part-operator.ready.yaml" /dev/stdin "$work/$part-cr.ready.yaml" <<<'---'
  done
  if [ "$anywhere" = yes ]; then echo "KubeVirt's own pods: on any node"; else echo "KubeVirt's own pods: on nodes with the control-plane role"; fi
  case $emulation in
    auto) echo 'if no node has KVM: ask whether to emulate the CPU' ;;
    yes) echo 'if no node has KVM: emulate the CPU' ;;
    never) echo 'if no node has KVM: stop' ;;
  esac
  say 'nothing was changed (--dry-run)'
}

# PART -> install, upgrade from V, finish or check.
change_of() {
  local part=$1 operator running
  operator=$(operator_version "$part") running=$(installed "$part")
  if [ "$(owner "$part")" = none ]; then echo 'install'
  elif [ -z "$operator" ] || ! has_object "$part"; then echo 'finish the installation'
  elif [ "$operator" != "$(wanted "$part")" ]; then echo "upgrade from ${running:-$operator}"
  elif [ "$running" != "$(wanted "$part")" ]; then echo 'finish the installation'
  else echo 'check'; fi
}

# Asks once for all. What is as it should be needs no question.
agree_on_changes() {
  local part change=
  for part in kubevirt cdi; do
    [ "$(owner "$part")" != other ] || continue
    case $(change_of "$part") in
      install) change="$change${change:+, }install $(title "$part") $(wanted "$part")" ;;
      upgrade*) change="$change${change:+, }$(change_of "$part" | sed "s/^upgrade/upgrade $(title "$part")/") to $(wanted "$part")" ;;
    esac
  done
  [ -n "$change" ] || return 0
  step "to do: $change"
  [ "$assume_yes" = no ] || return 0
  interactive || fail 2 'there is no terminal to ask at' 'Give --yes to agree, or --dry-run to see what it would do.'
  agrees "Do this in $cluster_shown?" || fail 130 'you did not agree; nothing was changed'
}

install_part() {
  local part=$1 changes=keep
  [ "$(owner "$part")" != other ] || return 0
  [ "$(operator_version "$part")" = "$(wanted "$part")" ] || changes=refuse
  step "$(title "$part") $(wanted "$part"): $(change_of "$part")"
  if [ "$part" = kubevirt ] && [ "$anywhere" = yes ]; then say "    KubeVirt's own pods may run on any node"; fi
  render "$part"
  apply "apply the operator of $(title "$part")" "$work/$part-operator.ready.yaml" "$changes"
  must "wait for the type $(crd "$part")" wait --for=condition=Established "customresourcedefinition/$(crd "$part")" --timeout=20s
  if has_object "$part"; then
    keep_placement "$part"
  else
    apply "make the $(title "$part") object" "$work/$part-cr.ready.yaml" refuse
  fi
}

# Server-side apply: a type of these is too large for the annotation of the other apply. It takes no field from somebody
# else who has changed it, unless --force-conflicts says so.
apply() {
  local force=''
  [ "$force_conflicts" = no ] || force=--force-conflicts
  until ask_cluster apply --server-side ${force:+"$force"} --field-manager=edge-vm-kubevirt-install -f "$2"; do
    case $problem in
      *'Apply failed with'*conflict*)
        problem=${problem#error: } problem=${problem%% Please review*}
        # An object with a conflict is not applied at all.
        [ "$3" = keep ] || fail 3 "somebody has changed what this script applies: cannot $1" "$problem" 'Take the change back, or let this script overwrite it: --force-conflicts.'
        warn "somebody has changed what this script applies, and that stays: $problem"
        return 0 ;;
    esac
    refusal "$1"
    tell_once apply "$1: $problem"
    time_left || fail 4 "the time is up ($timeout): cannot $1: $problem"
    sleep "$poll"
  done
}

# The KubeVirt object belongs to its cluster once it is there: people set feature gates and placement in it. Only a placement
# without which nothing could start is added, and none is replaced.
keep_placement() {
  [ "$1" = kubevirt ] && [ "$anywhere" = yes ] || return 0
  must 'read the placement of KubeVirt' get kubevirts.kubevirt.io kubevirt -n kubevirt -o 'go-template={{with .spec.infra}}{{range $key, $value := .}}{{$key}} {{end}}{{end}}'
  case " $answer" in *' nodePlacement '*) return 0 ;; esac
  must "let KubeVirt's own pods run on any node" patch kubevirts.kubevirt.io kubevirt -n kubevirt --field-manager=edge-vm-kubevirt-install --type=merge -p '{"spec":{"infra":{"nodePlacement":{}}}}'
}

# PART: true if it is available in the wanted version; $state says what it is. One that something else installed may have any
# version.
is_available() {
  local part=$1 namespace name version observed=observedKubeVirtVersion phase available why
  namespace=object_namespace_$part name=object_name_$part
  namespace=${!namespace-$part} name=${!name-$part}
  [ "$part" = kubevirt ] || observed=observedVersion
  if ! ask_cluster get "$(crd "$part")" "$name" ${namespace:+-n "$namespace"} -o 'go-template={{with .status}}{{with .phase}}{{.}}{{end}}|{{with .'$observed'}}{{.}}{{end}}|{{range .conditions}}{{if eq .type "Available"}}{{.status}}{{end}}{{end}}|{{range .conditions}}{{if eq .type "Available" "Degraded" "Synchronized"}}{{if and (eq .type "Available") (eq .status "True")}}{{else if and (eq .type "Degraded") (eq .status "False")}}{{else if and (eq .type "Synchronized") (eq .status "True")}}{{else}} {{.type}}={{.status}}{{with .reason}} ({{.}}{{end}}{{with .message}}: {{.}}{{end}}{{with .reason}}){{end}}{{end}}{{end}}{{end}}{{end}}'; then
    state="cannot be read: $problem"
    return 1
  fi
  phase=$(printf '%s' "$answer" | head -n 1 | cut -d'|' -f1)
  version=$(printf '%s' "$answer" | head -n 1 | cut -d'|' -f2)
  available=$(printf '%s' "$answer" | head -n 1 | cut -d'|' -f3)
  why=$(printf '%s' "$answer" | tr '\n' ' ' | cut -d'|' -f4-)
  state="${phase:+phase $phase${version:+, version $version}}$why"
  state=${state:-its operator has not begun yet}
  [ "$available" = True ] || return 1
  [ "$(owner "$part")" != other ] || return 0
  [ "$phase" = Deployed ] && [ "$version" = "$(wanted "$part")" ]
}

wait_until_available() {
  local part missing why
  step "waiting until CDI and KubeVirt are available (at most $timeout in all)"
  while :; do
    missing=
    for part in cdi kubevirt; do
      if is_available "$part"; then
        tell_once "$part" "$(title "$part") is available"
        continue
      fi
      why=$(reasons "$part")
      tell_once "$part" "$(title "$part"): $state${why:+; $(printf '%s' "$why" | head -n 1)}"
      missing="$missing
  $(title "$part"): $state${why:+
$(printf '%s\n' "$why" | sed 's/^/    /')}"
    done
    [ -n "$missing" ] || return 0
    time_left || fail 4 "the time is up ($timeout)$missing" 'Run the command again to go on waiting.'
    sleep "$poll"
  done
}

finish() {
  step 'done. Next: edge-vm create NAME --register'
}
