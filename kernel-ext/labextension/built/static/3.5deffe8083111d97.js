"use strict";(self.rspackChunkeosin=self.rspackChunkeosin||[]).push([[3],{22(e,n,t){var r=t(23),o=t.n(r),i=t(24),a=(t.n(i))()(o());a.push([e.id,`/* Only JupyterLab's own variables: so it fits every theme. */

.eosin-ExerciseBar {
  /* In line with the code, which stands behind the prompt. */
  padding-left: calc(var(--jp-cell-prompt-width) + var(--jp-cell-collapser-width));
}

/* Where JupyterLab puts the prompt above the code. */
@media (width <= 760px) {
  .eosin-ExerciseBar {
    padding-left: var(--jp-cell-collapser-width);
  }
}

.eosin-ExerciseBar-row {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px;
  padding: 4px 0;
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.eosin-Mark {
  display: inline-flex;
  align-items: center;
  gap: 4px;
}

.eosin-ExerciseBar-row .eosin-Mark {
  margin: 0 8px;
}

/* The sign alone has a colour; words keep the one that the theme gives them. */
.eosin-Mark-sign {
  width: 1.2em;
  font-weight: bold;
  text-align: center;
}

.eosin-mod-solved .eosin-Mark-sign {
  color: var(--jp-success-color1);
}

.eosin-mod-tried .eosin-Mark-sign {
  color: var(--jp-error-color1);
}

.eosin-mod-replaced {
  display: none;
}

.eosin-ExercisePanel {
  overflow-y: auto;
  padding: 8px 12px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.eosin-ExercisePanel h2 {
  margin: 0;
  font-size: var(--jp-ui-font-size2);
}

.eosin-ExercisePanel progress {
  width: 100%;
  accent-color: var(--jp-brand-color1);
}

.eosin-ExercisePanel ol {
  margin: 8px -12px;
  padding: 0;
  list-style: none;
}

.eosin-ExercisePanel li button {
  display: flex;
  gap: 4px;
  width: 100%;
  padding: 6px 12px;
  border: none;
  background: none;
  color: inherit;
  font: inherit;
  text-align: left;
  cursor: pointer;
}

.eosin-ExercisePanel li button:hover,
.eosin-ExercisePanel li button[aria-current] {
  background: var(--jp-layout-color2);
}

.eosin-ExercisePanel li button:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -2px;
}

/* In the list the sign is enough for the eye; a screen reader reads the words. */
.eosin-ExercisePanel .eosin-Mark-words {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`,""]),t.d(n,{},{A:a})},24(e){e.exports=function(e){var n=[];return n.toString=function(){return this.map(function(n){var t="",r=void 0!==n[5];return n[4]&&(t+="@supports (".concat(n[4],") {")),n[2]&&(t+="@media ".concat(n[2]," {")),r&&(t+="@layer".concat(n[5].length>0?" ".concat(n[5]):""," {")),t+=e(n),r&&(t+="}"),n[2]&&(t+="}"),n[4]&&(t+="}"),t}).join("")},n.i=function(e,t,r,o,i){"string"==typeof e&&(e=[[null,e,void 0]]);var a={};if(r)for(var s=0;s<this.length;s++){var c=this[s][0];null!=c&&(a[c]=!0)}for(var l=0;l<e.length;l++){var p=[].concat(e[l]);r&&a[p[0]]||(void 0!==i&&(void 0===p[5]||(p[1]="@layer".concat(p[5].length>0?" ".concat(p[5]):""," {").concat(p[1],"}")),p[5]=i),t&&(p[2]&&(p[1]="@media ".concat(p[2]," {").concat(p[1],"}")),p[2]=t),o&&(p[4]?(p[1]="@supports (".concat(p[4],") {").concat(p[1],"}"),p[4]=o):p[4]="".concat(o)),n.push(p))}},n}},23(e){e.exports=function(e){return e[1]}},15(e,n,t){t.r(n);var r=t(16),o=t.n(r),i=t(17),a=t.n(i),s=t(18),c=t.n(s),l=t(19),p=t.n(l),u=t(20),d=t.n(u),f=t(21),h=t.n(f),v=t(22),m={};m.styleTagTransform=h(),m.setAttributes=p(),m.insert=c().bind(null,"head"),m.domAPI=a(),m.insertStyleElement=d(),o()(v.A,m);let x=v.A&&v.A.locals?v.A.locals:void 0;t.d(n,{},{default:x})},16(e){var n=[];function t(e){for(var t=-1,r=0;r<n.length;r++)if(n[r].identifier===e){t=r;break}return t}function r(e,r){for(var o={},i=[],a=0;a<e.length;a++){var s=e[a],c=r.base?s[0]+r.base:s[0],l=o[c]||0,p="".concat(c," ").concat(l);o[c]=l+1;var u=t(p),d={css:s[1],media:s[2],sourceMap:s[3],supports:s[4],layer:s[5]};if(-1!==u)n[u].references++,n[u].updater(d);else{var f=function(e,n){var t=n.domAPI(n);return t.update(e),function(n){n?(n.css!==e.css||n.media!==e.media||n.sourceMap!==e.sourceMap||n.supports!==e.supports||n.layer!==e.layer)&&t.update(e=n):t.remove()}}(d,r);r.byIndex=a,n.splice(a,0,{identifier:p,updater:f,references:1})}i.push(p)}return i}e.exports=function(e,o){var i=r(e=e||[],o=o||{});return function(e){e=e||[];for(var a=0;a<i.length;a++){var s=t(i[a]);n[s].references--}for(var c=r(e,o),l=0;l<i.length;l++){var p=t(i[l]);0===n[p].references&&(n[p].updater(),n.splice(p,1))}i=c}}},18(e){var n={};e.exports=function(e,t){var r=function(e){if(void 0===n[e]){var t=document.querySelector(e);if(window.HTMLIFrameElement&&t instanceof window.HTMLIFrameElement)try{t=t.contentDocument.head}catch(e){t=null}n[e]=t}return n[e]}(e);if(!r)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");r.appendChild(t)}},20(e){e.exports=function(e){var n=document.createElement("style");return e.setAttributes(n,e.attributes),e.insert(n,e.options),n}},19(e,n,t){e.exports=function(e){var n=t.nc;n&&e.setAttribute("nonce",n)}},17(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var n=e.insertStyleElement(e);return{update:function(t){var r,o,i;r="",t.supports&&(r+="@supports (".concat(t.supports,") {")),t.media&&(r+="@media ".concat(t.media," {")),(o=void 0!==t.layer)&&(r+="@layer".concat(t.layer.length>0?" ".concat(t.layer):""," {")),r+=t.css,o&&(r+="}"),t.media&&(r+="}"),t.supports&&(r+="}"),(i=t.sourceMap)&&"u">typeof btoa&&(r+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(i))))," */")),e.styleTagTransform(r,n,e.options)},remove:function(){var e;null===(e=n).parentNode||e.parentNode.removeChild(e)}}}},21(e){e.exports=function(e,n){if(n.styleSheet)n.styleSheet.cssText=e;else{for(;n.firstChild;)n.removeChild(n.firstChild);n.appendChild(document.createTextNode(e))}}}}]);